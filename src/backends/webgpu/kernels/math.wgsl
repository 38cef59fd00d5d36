// Functions of numbers: what activations and element-wise operations share. Not a number is told by its bits, since compilers
// may take comparisons with it to be false; built-in functions whose error may be large are written out (Cephes).
fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
fn infinity() -> f32 {
  var bits = 0x7f800000u; // a variable: constant expressions may not be infinite
  return bitcast<f32>(bits);
}
// Not a number stays.
fn keep_max(a: f32, b: f32) -> f32 {
  return select(b, a, a > b || is_nan(a));
}
fn keep_min(a: f32, b: f32) -> f32 {
  return select(b, a, a < b || is_nan(a));
}
fn clamped(x: f32, low: f32, high: f32) -> f32 {
  let above = select(x, low, x < low);
  return select(above, high, above > high);
}
// Unsigned keys in the order of the values: not a number above everything, -0 equal to 0.
fn order_key(x: f32) -> u32 {
  if (is_nan(x)) {
    return 0xffffffffu;
  }
  let bits = select(bitcast<u32>(x), 0u, x == 0.0);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn logistic(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn exp_minus_1(x: f32) -> f32 {
  if (abs(x) < 0.5) {
    return x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x / 5040.0))))));
  }
  return exp(x) - 1.0;
}
// log(1 + x) for x >= 0.
fn log_plus_1(x: f32) -> f32 {
  return select(log(1.0 + x), x * (1.0 - x * (0.5 - x / 3.0)), x < 0.01);
}
fn softplus(x: f32) -> f32 {
  return select(0.0, x, x > 0.0 || is_nan(x)) + log_plus_1(exp(-abs(x)));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.2) {
    let s = x * x;
    return x * (1.0 + s * (-1.0 / 3.0 + s * (2.0 / 15.0 - s * (17.0 / 315.0))));
  }
  let e = exp(-2.0 * a);
  let t = (1.0 - e) / (1.0 + e);
  return select(t, -t, x < 0.0);
}
fn hyperbolic_sine(x: f32) -> f32 {
  if (abs(x) < 0.5) {
    let s = x * x;
    return x * (1.0 + s * (1.0 / 6.0 + s * (1.0 / 120.0 + s / 5040.0)));
  }
  return 0.5 * exp(x) - 0.5 * exp(-x);
}
fn inverse_hyperbolic_sine(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.1) {
    let s = x * x;
    return x * (1.0 - s * (1.0 / 6.0 - s * (3.0 / 40.0)));
  }
  let y = select(log(a + sqrt(a * a + 1.0)), log(a) + 0.69314718, a > 1e9);
  return select(y, -y, x < 0.0);
}
fn inverse_hyperbolic_tangent(x: f32) -> f32 {
  if (abs(x) < 0.1) {
    let s = x * x;
    return x * (1.0 + s * (1.0 / 3.0 + s * (0.2 + s / 7.0)));
  }
  return 0.5 * log((1.0 + x) / (1.0 - x));
}
// Relative error 1.2e-7 of the complement (Press et al., Numerical Recipes, erfcc).
fn error_function(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.5) {
    let s = x * x;
    return 1.12837917 * x * (1.0 - s * (1.0 / 3.0 - s * (0.1 - s * (1.0 / 42.0 - s * (1.0 / 216.0 - s / 1320.0)))));
  }
  let t = 1.0 / (1.0 + 0.5 * a);
  let p = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
      + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  let y = 1.0 - t * exp(p - a * a);
  return select(y, -y, x < 0.0);
}
// Sine of x + quarter * pi / 2, for |x| up to some thousands.
fn sine(x: f32, quarter: i32) -> f32 {
  let turns = round(x * 0.63661977);
  let r = ((x - turns * 1.5703125) - turns * 4.837512969970703125e-4) - turns * 7.54978995489188216e-8;
  let s = r * r;
  let sin_r = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cos_r = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let q = (i32(turns) + quarter) & 3;
  let y = select(sin_r, cos_r, (q & 1) != 0);
  return select(y, -y, (q & 2) != 0);
}
fn inverse_tangent(x: f32) -> f32 {
  let a = abs(x);
  var base = 0.0;
  var z = a;
  if (a > 2.414213562373095) {
    base = 1.5707963267948966;
    z = -1.0 / a;
  } else if (a > 0.4142135623730950) {
    base = 0.7853981633974483;
    z = (a - 1.0) / (a + 1.0);
  }
  let s = z * z;
  let y = base
      + (z + z * s * (-3.33329491539e-1 + s * (1.99777106478e-1 + s * (-1.38776856032e-1 + s * 8.05374449538e-2))));
  return select(y, -y, x < 0.0);
}
fn inverse_sine(x: f32) -> f32 {
  return inverse_tangent(x / sqrt((1.0 - x) * (1.0 + x)));
}

// UNARY_OPS of src/plan/steps.ts, those of floats that give floats.
fn unary_value(op: u32, x: f32, alpha: f32, beta: f32) -> f32 {
  switch op {
    case 0u: { return select(x, 0.0, x < 0.0); } // relu
    case 1u: { return clamped(x, alpha, beta); } // clip
    case 2u: { return select(x, alpha * x, x < 0.0); } // leakyRelu
    case 3u: { return logistic(x); } // sigmoid
    case 4u: { return hyperbolic_tangent(x); } // tanh
    case 5u: { return x * logistic(x); } // silu
    case 6u: { return clamped(alpha * x + beta, 0.0, 1.0); } // hardSigmoid
    case 7u: { return x * clamped(x / 6.0 + 0.5, 0.0, 1.0); } // hardSwish
    case 8u: { return abs(x); }
    case 9u: { return -x; } // neg
    case 10u: { return exp(x); }
    case 11u: { return log(x); }
    case 12u: { return sqrt(x); }
    case 13u: { return 1.0 / x; } // reciprocal
    case 14u: { return floor(x); }
    case 15u: { return ceil(x); }
    case 16u: { return round(x); } // half to even
    case 17u: { return select(x, sign(x), x != 0.0 && !is_nan(x)); }
    case 18u: { return error_function(x); } // erf
    case 19u: { return 0.5 * x * (1.0 + error_function(x * 0.70710678)); } // gelu
    case 20u: { return 0.5 * x * (1.0 + hyperbolic_tangent(0.79788456 * (x + 0.044715 * x * x * x))); } // geluTanh
    case 21u: { return softplus(x); }
    case 22u: { return x / (1.0 + abs(x)); } // softsign
    case 23u: { return select(x, alpha * exp_minus_1(x), x < 0.0); } // elu
    case 24u: { return beta * select(x, alpha * exp_minus_1(x), x < 0.0); } // selu
    case 25u: { return select(x, alpha * exp_minus_1(x / alpha), x < 0.0); } // celu
    case 26u: { return x * hyperbolic_tangent(softplus(x)); } // mish
    case 27u: { return select(x, 0.0, x <= alpha); } // thresholdedRelu
    case 28u: { return sine(x, 0); } // sin
    case 29u: { return sine(x, 1); } // cos
    case 30u: { return sine(x, 0) / sine(x, 1); } // tan
    case 31u: { return inverse_sine(x); } // asin
    case 32u: { return 1.5707963267948966 - inverse_sine(x); } // acos
    case 33u: { return inverse_tangent(x); } // atan
    case 34u: { return hyperbolic_sine(x); } // sinh
    case 35u: { return 0.5 * exp(x) + 0.5 * exp(-x); } // cosh
    case 36u: { return inverse_hyperbolic_sine(x); } // asinh
    case 37u: { return log(x + sqrt(x * x - 1.0)); } // acosh
    case 38u: { return inverse_hyperbolic_tangent(x); } // atanh
    default: { return x; }
  }
}

// ACTIVATIONS of src/plan/steps.ts: none, then the first of UNARY_OPS.
fn activated(activation: u32, x: f32, alpha: f32, beta: f32) -> f32 {
  if (activation == 0u) {
    return x;
  }
  return unary_value(activation - 1u, x, alpha, beta);
}

fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) {
    return 1.0;
  }
  if (b == 1.0) {
    return a;
  }
  if (b == 2.0) {
    return a * a;
  }
  let size = pow(abs(a), b);
  if (a >= 0.0 || is_nan(a)) {
    return size;
  }
  if (b != floor(b)) {
    var bits = 0x7fc00000u;
    return bitcast<f32>(bits); // no real number
  }
  let half = b * 0.5;
  return select(size, -size, half != floor(half));
}
