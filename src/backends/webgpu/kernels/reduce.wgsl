// y[o, i] = op over j < n of x[o * outer_stride + j * stride + i]. LANES invocations share one result.
override OP: u32; // REDUCE_OPS of src/plan/steps.ts
override X_TYPE: u32;
override Y_TYPE: u32;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
  outer_stride: u32,
  stride: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

var<workgroup> shared_floats: array<f32, 64>;
var<workgroup> shared_integers: array<i32, 64>;

fn joined(a: f32, b: f32) -> f32 {
  switch OP {
    case 2u: { return keep_max(a, b); }
    case 3u: { return keep_min(a, b); }
    case 4u: { return a * b; }
    default: { return a + b; }
  }
}
fn joined_integers(a: i32, b: i32) -> i32 {
  switch OP {
    case 2u: { return max(a, b); }
    case 3u: { return min(a, b); }
    case 4u: { return a * b; }
    default: { return a + b; }
  }
}

fn over_lanes(local: u32, value: f32) -> f32 {
  shared_floats[local] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % LANES < half) {
      shared_floats[local] = joined(shared_floats[local], shared_floats[local + half]);
    }
  }
  workgroupBarrier();
  return shared_floats[local - local % LANES];
}

fn first_value() -> f32 {
  switch OP {
    case 2u: { return -infinity(); }
    case 3u: { return infinity(); }
    case 4u: { return 1.0; }
    default: { return 0.0; }
  }
}

fn reduced_floats(start: u32, lane: u32, local: u32) -> f32 {
  var high = 0.0;
  if (OP == 9u) { // logSumExp: relative to the maximum
    var most = -infinity();
    for (var j = lane; j < p.n; j += LANES) {
      most = keep_max(most, load(X_TYPE, start + j * p.stride));
    }
    shared_floats[local] = most;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local % LANES < half) {
        shared_floats[local] = keep_max(shared_floats[local], shared_floats[local + half]);
      }
    }
    workgroupBarrier();
    high = shared_floats[local - lane];
    workgroupBarrier();
  }
  var sum = first_value();
  for (var j = lane; j < p.n; j += LANES) {
    let value = load(X_TYPE, start + j * p.stride);
    switch OP {
      case 5u, 7u: { sum += value * value; }
      case 6u: { sum += abs(value); }
      case 9u: { sum += exp(value - high); }
      default: { sum = joined(sum, value); }
    }
  }
  sum = over_lanes(local, sum);
  switch OP {
    case 1u: { return sum / f32(p.n); }
    case 7u: { return sqrt(sum); }
    case 8u: { return log(sum); }
    case 9u: { return select(high, high + log(sum), is_finite(high)); }
    default: { return sum; }
  }
}

// Sums wrap; results that are not whole are truncated.
fn reduced_integers(start: u32, lane: u32, local: u32) -> i32 {
  var sum = 0;
  switch OP {
    case 2u: { sum = -2147483647 - 1; }
    case 3u: { sum = 2147483647; }
    case 4u: { sum = 1; }
    default: {}
  }
  var exponentials = 0.0;
  for (var j = lane; j < p.n; j += LANES) {
    let value = bitcast<i32>(word(start + j * p.stride));
    switch OP {
      case 5u, 7u: { sum += value * value; }
      case 6u: { sum += abs(value); }
      case 9u: { exponentials += exp(f32(value)); }
      default: { sum = joined_integers(sum, value); }
    }
  }
  shared_integers[local] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % LANES < half) {
      shared_integers[local] = joined_integers(shared_integers[local], shared_integers[local + half]);
    }
  }
  workgroupBarrier();
  sum = shared_integers[local - lane];
  exponentials = over_lanes(local, exponentials);
  switch OP {
    case 1u: { return sum / i32(p.n); }
    case 7u: { return i32(sqrt(f32(sum))); }
    case 8u: { return i32(log(f32(sum))); }
    case 9u: { return i32(log(exponentials)); }
    default: { return sum; }
  }
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
  let start = p.x + i / p.inner * p.outer_stride + i % p.inner;
  let mine = lane == 0u && wanted < p.count;
  if (X_TYPE == I32) {
    let value = reduced_integers(start, lane, local);
    if (mine) {
      set_word(p.y + i, bitcast<u32>(value));
    }
  } else {
    let value = reduced_floats(start, lane, local);
    if (mine) {
      store(Y_TYPE, p.y + i, value);
    }
  }
}
