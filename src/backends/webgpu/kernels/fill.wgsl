// rows x cols elements become `bits`; rows lie y_stride apart.
override Y_TYPE: u32;
struct Params {
  count: u32,
  cols: u32,
  y: u32,
  y_stride: u32,
  bits: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i < p.count) {
    store_bits(Y_TYPE, p.y + (i / p.cols) * p.y_stride + i % p.cols, p.bits);
  }
}
