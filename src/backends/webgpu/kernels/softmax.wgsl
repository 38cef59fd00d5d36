// Softmax and its logarithm over n of dense [outer, n, inner], relative to the maximum. LANES invocations share one run.
override X_TYPE: u32;
override Y_TYPE: u32;
override LOG: bool;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

var<workgroup> shared_floats: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let wanted = group_number(group, groups) * (64u / LANES) + local / LANES;
  let i = min(wanted, p.count - 1u); // all invocations meet at the barriers
  let lane = local % LANES;
  let start = i / p.inner * p.n * p.inner + i % p.inner;
  var most = -infinity();
  for (var j = lane; j < p.n; j += LANES) {
    most = keep_max(most, load(X_TYPE, p.x + start + j * p.inner));
  }
  shared_floats[local] = most;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_floats[local] = keep_max(shared_floats[local], shared_floats[local + half]);
    }
  }
  workgroupBarrier();
  let high = shared_floats[local - lane];
  workgroupBarrier();
  var part = 0.0;
  for (var j = lane; j < p.n; j += LANES) {
    part += exp(load(X_TYPE, p.x + start + j * p.inner) - high);
  }
  shared_floats[local] = part;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_floats[local] += shared_floats[local + half];
    }
  }
  workgroupBarrier();
  let sum = shared_floats[local - lane];
  if (wanted >= p.count) {
    return;
  }
  for (var j = lane; j < p.n; j += LANES) {
    let difference = load(X_TYPE, p.x + start + j * p.inner) - high;
    var value: f32;
    if (LOG) {
      value = difference - log(sum);
    } else {
      value = exp(difference) / sum;
    }
    store(Y_TYPE, p.y + start + j * p.inner, value);
  }
}
