// Conversions of the core: to integers by truncation that saturates (not a number gives 0), bytes are truth values.
override X_TYPE: u32;
override Y_TYPE: u32;
struct Params {
  count: u32,
  x: u32,
  y: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

fn truncated(x: f32) -> i32 {
  if (is_nan(x)) {
    return 0;
  }
  if (x <= -2147483648.0) {
    return -2147483647 - 1;
  }
  if (x >= 2147483648.0) {
    return 2147483647;
  }
  return i32(x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let x = p.x + i;
  let y = p.y + i;
  if (X_TYPE == F32 || X_TYPE == F16) {
    let value = load(X_TYPE, x);
    switch Y_TYPE {
      case I32: { set_word(y, bitcast<u32>(truncated(value))); }
      case U8: { store_bits(U8, y, select(0u, 1u, value != 0.0 || is_nan(value))); }
      default: { store(Y_TYPE, y, value); }
    }
  } else {
    let value = bitcast<i32>(load_bits(X_TYPE, x));
    switch Y_TYPE {
      case I32: { set_word(y, bitcast<u32>(value)); }
      case U8: { store_bits(U8, y, select(select(0u, 1u, value != 0), bitcast<u32>(value), X_TYPE == U8)); }
      default: { store(Y_TYPE, y, f32(value)); }
    }
  }
}
