// y[sum of i_d * y_stride_d] = x[sum of i_d * x_stride_d] over RANK dims, as bits; the types differ where x is an f32
// constant beside halves.
override X_TYPE: u32;
override Y_TYPE: u32;
override RANK: u32;
struct Params {
  count: u32,
  x: i32,
  y: i32,
  dims: array<vec4<i32>, 2>,
  x_stride: array<vec4<i32>, 2>,
  y_stride: array<vec4<i32>, 2>,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  var rest = i32(i);
  var at = vec2<i32>(p.x, p.y);
  for (var d = i32(RANK) - 1; d >= 0; d--) {
    let dim = p.dims[d >> 2u][d & 3];
    let index = rest % dim;
    rest /= dim;
    at += index * vec2(p.x_stride[d >> 2u][d & 3], p.y_stride[d >> 2u][d & 3]);
  }
  if (X_TYPE == Y_TYPE) {
    store_bits(Y_TYPE, u32(at.y), load_bits(X_TYPE, u32(at.x)));
  } else {
    store(Y_TYPE, u32(at.y), load(X_TYPE, u32(at.x)));
  }
}
