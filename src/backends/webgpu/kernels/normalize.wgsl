// (x - mean) / sqrt(variance + epsilon) over runs of n elements, then scale and bias: the mean first, then squares of what is
// left. A workgroup for each run.
override X_TYPE: u32;
override Y_TYPE: u32;
override SCALE: bool;
override BIAS: bool;
override MEAN: bool;
override DEVIATION: bool;
struct Params {
  outer: u32,
  n: u32,
  x: u32,
  y: u32,
  scale: u32,
  bias: u32,
  mean: u32,
  deviation: u32,
  epsilon: f32,
}
@group(0) @binding(1) var<uniform> p: Params;

var<workgroup> shared_floats: array<f32, 64>;

fn over_lanes(local: u32, value: f32) -> f32 {
  workgroupBarrier();
  shared_floats[local] = value;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) {
      shared_floats[local] += shared_floats[local + half];
    }
  }
  workgroupBarrier();
  return shared_floats[0];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let run = group_number(group, groups);
  let start = min(run, p.outer - 1u) * p.n; // all invocations meet at the barriers
  var sum = 0.0;
  for (var j = local; j < p.n; j += 64u) {
    sum += load(X_TYPE, p.x + start + j);
  }
  let mean = over_lanes(local, sum) / f32(p.n);
  var squares = 0.0;
  for (var j = local; j < p.n; j += 64u) {
    let difference = load(X_TYPE, p.x + start + j) - mean;
    squares += difference * difference;
  }
  let inverse = 1.0 / sqrt(over_lanes(local, squares) / f32(p.n) + p.epsilon);
  if (run >= p.outer) {
    return;
  }
  for (var j = local; j < p.n; j += 64u) {
    var value = (load(X_TYPE, p.x + start + j) - mean) * inverse;
    if (SCALE) {
      value *= load(F32, p.scale + j);
    }
    if (BIAS) {
      value += load(F32, p.bias + j);
    }
    store(Y_TYPE, p.y + start + j, value);
  }
  if (local == 0u && MEAN) {
    store(F32, p.mean + run, mean);
  }
  if (local == 0u && DEVIATION) {
    store(F32, p.deviation + run, inverse);
  }
}
