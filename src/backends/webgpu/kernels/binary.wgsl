// y = act(op(a, b)) over RANK dims with a stride per operand; stride 0 repeats.
override OP: u32;
override A_TYPE: u32;
override B_TYPE: u32;
override Y_TYPE: u32;
override ACTIVATION: u32;
override RANK: u32;
struct Params {
  count: u32,
  a: u32,
  b: u32,
  y: u32,
  dims: array<vec4<i32>, 2>,
  a_stride: array<vec4<i32>, 2>,
  b_stride: array<vec4<i32>, 2>,
  y_stride: array<vec4<i32>, 2>,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(1) var<uniform> p: Params;

fn float_value(a: f32, b: f32) -> f32 {
  switch OP {
    case 0u: { return a + b; }
    case 1u: { return a - b; }
    case 2u: { return a * b; }
    case 3u: { return a / b; }
    case 4u: { return keep_min(a, b); }
    case 5u: { return keep_max(a, b); }
    case 6u: { return power(a, b); }
    case 7u: { return select(a, a * b, a < 0.0); } // prelu
    default: { return a - b * trunc(a / b); } // mod: sign of the dividend
  }
}

// Division by 0 gives 0.
fn divided(a: i32, b: i32) -> i32 {
  if (b == 0) {
    return 0;
  }
  if (b == -1) {
    return -a;
  }
  return a / b;
}
// The remainder with the divisor's sign.
fn modulo(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) {
    return 0;
  }
  let r = a % b;
  return select(r, r + b, r != 0 && (r < 0) != (b < 0));
}
fn integer_power(a: i32, b: i32) -> i32 {
  if (b < 0) {
    if (a == 1) {
      return 1;
    }
    if (a == -1) {
      return select(-1, 1, (b & 1) == 0);
    }
    return 0;
  }
  var result = 1;
  var base = a;
  for (var rest = b; rest > 0; rest = rest >> 1u) {
    if ((rest & 1) != 0) {
      result = result * base;
    }
    base = base * base;
  }
  return result;
}
fn integer_value(a: i32, b: i32) -> i32 {
  switch OP {
    case 0u: { return a + b; }
    case 1u: { return a - b; }
    case 2u: { return a * b; }
    case 3u: { return divided(a, b); }
    case 4u: { return min(a, b); }
    case 5u: { return max(a, b); }
    case 6u: { return integer_power(a, b); }
    case 7u: { return select(a, a * b, a < 0); }
    default: { return modulo(a, b); }
  }
}

fn compared_floats(a: f32, b: f32) -> bool {
  if (is_nan(a) || is_nan(b)) {
    return false;
  }
  switch OP {
    case 8u: { return a == b; }
    case 9u: { return a < b; }
    case 10u: { return a <= b; }
    case 11u: { return a > b; }
    default: { return a >= b; }
  }
}
// Truth values are compared as numbers.
fn compared(a: i32, b: i32) -> bool {
  switch OP {
    case 8u: { return a == b; }
    case 9u: { return a < b; }
    case 10u: { return a <= b; }
    case 11u: { return a > b; }
    case 12u: { return a >= b; }
    case 13u: { return a != 0 && b != 0; }
    case 14u: { return a != 0 || b != 0; }
    default: { return (a != 0) != (b != 0); } // xor
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  var rest = i32(i);
  var at = vec3<i32>(i32(p.a), i32(p.b), i32(p.y));
  for (var d = i32(RANK) - 1; d >= 0; d--) {
    let dim = p.dims[d >> 2u][d & 3];
    let index = rest % dim;
    rest /= dim;
    at += index * vec3(p.a_stride[d >> 2u][d & 3], p.b_stride[d >> 2u][d & 3], p.y_stride[d >> 2u][d & 3]);
  }
  let a = u32(at.x);
  let b = u32(at.y);
  let y = u32(at.z);
  let floats = A_TYPE == F32 || A_TYPE == F16;
  if (floats && (OP < 8u || OP == 16u)) {
    let value = float_value(load(A_TYPE, a), load(B_TYPE, b));
    store(Y_TYPE, y, activated(ACTIVATION, value, p.alpha, p.beta));
  } else if (floats) {
    store_bits(U8, y, select(0u, 1u, compared_floats(load(A_TYPE, a), load(B_TYPE, b))));
  } else {
    let left = bitcast<i32>(load_bits(A_TYPE, a));
    let right = bitcast<i32>(load_bits(B_TYPE, b));
    if (Y_TYPE == U8) {
      store_bits(U8, y, select(0u, 1u, compared(left, right)));
    } else {
      set_word(y, bitcast<u32>(integer_value(left, right)));
    }
  }
}
