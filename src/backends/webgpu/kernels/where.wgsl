// y = condition ? a : b over RANK dims; y dense.
override A_TYPE: u32;
override B_TYPE: u32;
override Y_TYPE: u32;
override RANK: u32;
struct Params {
  count: u32,
  condition: u32,
  a: u32,
  b: u32,
  y: u32,
  dims: array<vec4<i32>, 2>,
  condition_stride: array<vec4<i32>, 2>,
  a_stride: array<vec4<i32>, 2>,
  b_stride: array<vec4<i32>, 2>,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  var rest = i32(i);
  var at = vec3<i32>(i32(p.condition), i32(p.a), i32(p.b));
  for (var d = i32(RANK) - 1; d >= 0; d--) {
    let dim = p.dims[d >> 2u][d & 3];
    let index = rest % dim;
    rest /= dim;
    at += index * vec3(p.condition_stride[d >> 2u][d & 3], p.a_stride[d >> 2u][d & 3], p.b_stride[d >> 2u][d & 3]);
  }
  let taken = load_bits(U8, u32(at.x)) != 0u;
  let y = p.y + i;
  if (Y_TYPE == F16 || A_TYPE != Y_TYPE || B_TYPE != Y_TYPE) {
    if (taken) {
      store(Y_TYPE, y, load(A_TYPE, u32(at.y)));
    } else {
      store(Y_TYPE, y, load(B_TYPE, u32(at.z)));
    }
  } else {
    store_bits(Y_TYPE, y, load_bits(Y_TYPE, u32(select(at.z, at.y, taken))));
  }
}
