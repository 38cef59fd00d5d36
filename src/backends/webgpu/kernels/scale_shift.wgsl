// y[r, c] = act(x[r, c] * scale[c] + shift[c])
override X_TYPE: u32;
override Y_TYPE: u32;
override ACTIVATION: u32;
struct Params {
  count: u32,
  cols: u32,
  x: u32,
  y: u32,
  x_stride: u32,
  y_stride: u32,
  scale: u32,
  shift: u32,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let row = i / p.cols;
  let col = i % p.cols;
  let x = load(X_TYPE, p.x + row * p.x_stride + col);
  let value = x * load(F32, p.scale + col) + load(F32, p.shift + col);
  store(Y_TYPE, p.y + row * p.y_stride + col, activated(ACTIVATION, value, p.alpha, p.beta));
}
