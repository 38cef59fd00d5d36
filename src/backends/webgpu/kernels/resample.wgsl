// y[o, j, i] = sum over t of weights[j, t] * x[o, indices[j, t], i]. Taps of weight 0 are not read.
override X_TYPE: u32;
override Y_TYPE: u32;
struct Params {
  total: u32,
  n: i32,
  count: u32,
  inner: u32,
  taps: u32,
  x: u32,
  y: u32,
  indices: u32,
  weights: u32,
  error: u32,
  step: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.total) {
    return;
  }
  let slice = i / p.inner;
  let outer = slice / p.count;
  let first = slice % p.count * p.taps;
  var sum = 0.0;
  for (var t = first; t < first + p.taps; t++) {
    let index = bitcast<i32>(word(p.indices + t));
    if (index < 0 || index >= p.n) {
      set_word(p.error, p.step);
      set_word(p.error + 1u, bitcast<u32>(index));
    }
    let weight = load(F32, p.weights + t);
    if (weight != 0.0) {
      let row = outer * u32(p.n) + u32(clamp(index, 0, p.n - 1));
      sum += weight * load(X_TYPE, p.x + row * p.inner + i % p.inner);
    }
  }
  store(Y_TYPE, p.y + i, sum);
}
