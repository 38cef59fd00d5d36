// Where the largest or smallest of each run of dense [outer, n, inner] lies; ties go to the lower index, or the higher one.
// LANES invocations share one run.
override X_TYPE: u32;
override MINIMUM: bool;
override LAST: bool;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

var<workgroup> keys: array<u32, 64>;
var<workgroup> places: array<u32, 64>;

fn key_at(i: u32) -> u32 {
  var key: u32;
  if (X_TYPE == I32) {
    key = word(i) ^ 0x80000000u;
  } else {
    key = order_key(load(X_TYPE, i));
  }
  return select(key, ~key, MINIMUM);
}
fn better(key: u32, place: u32, best: u32, at: u32) -> bool {
  return key > best || (key == best && select((place < at), (place > at), LAST));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let wanted = group_number(group, groups) * (64u / LANES) + local / LANES;
  let i = min(wanted, p.count - 1u); // all invocations meet at the barriers
  let lane = local % LANES;
  let start = p.x + i / p.inner * p.n * p.inner + i % p.inner;
  // A lane without elements repeats the last one.
  var at = min(lane, p.n - 1u);
  var best = key_at(start + at * p.inner);
  for (var j = lane + LANES; j < p.n; j += LANES) {
    let key = key_at(start + j * p.inner);
    if (better(key, j, best, at)) {
      best = key;
      at = j;
    }
  }
  keys[local] = best;
  places[local] = at;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half && better(keys[local + half], places[local + half], keys[local], places[local])) {
      keys[local] = keys[local + half];
      places[local] = places[local + half];
    }
  }
  workgroupBarrier();
  if (lane == 0u && wanted < p.count) {
    set_word(p.y + i, places[local]);
  }
}
