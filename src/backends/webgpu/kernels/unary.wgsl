// y[r, c] = op(x[r, c]); rows lie x_stride and y_stride apart.
override OP: u32;
override X_TYPE: u32;
override Y_TYPE: u32;
struct Params {
  count: u32,
  cols: u32,
  x: u32,
  y: u32,
  x_stride: u32,
  y_stride: u32,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(1) var<uniform> p: Params;

fn integer_value(x: i32) -> i32 {
  switch OP {
    case 0u: { return max(x, 0); } // relu
    case 8u: { return select(x, -x, x < 0); } // abs
    case 9u: { return -x; } // neg
    default: { return sign(x); }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let row = i / p.cols;
  let col = i % p.cols;
  let source = p.x + row * p.x_stride + col;
  let to = p.y + row * p.y_stride + col;
  if (OP == 39u) { // not
    store_bits(U8, to, select(0u, 1u, load_bits(U8, source) == 0u));
  } else if (OP == 40u) { // isNan
    store_bits(U8, to, select(0u, 1u, is_nan(load(X_TYPE, source))));
  } else if (X_TYPE == I32) {
    set_word(to, bitcast<u32>(integer_value(bitcast<i32>(word(source)))));
  } else {
    store(Y_TYPE, to, unary_value(OP, load(X_TYPE, source), p.alpha, p.beta));
  }
}
