/** Written by scripts/embed-wgsl.mjs from kernels/*.wgsl: do not edit. */
export const SHADERS = {
  arg_reduce: `override X_TYPE: u32;
override MINIMUM: bool;
override LAST: bool;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
}
@group(0) @binding(1) var<uniform> p: Params;
var<workgroup> keys: array<u32, 64>;
var<workgroup> places: array<u32, 64>;
fn key_at(i: u32) -> u32 {
  var key: u32;
  if (X_TYPE == I32) {
    key = word(i) ^ 0x80000000u;
  } else {
    key = order_key(load(X_TYPE, i));
  }
  return select(key, ~key, MINIMUM);
}
fn better(key: u32, place: u32, best: u32, at: u32) -> bool {
  return key > best || (key == best && select((place < at), (place > at), LAST));
}
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let wanted = group_number(group, groups) * (64u / LANES) + local / LANES;
  let i = min(wanted, p.count - 1u);
  let lane = local % LANES;
  let start = p.x + i / p.inner * p.n * p.inner + i % p.inner;
  var at = min(lane, p.n - 1u);
  var best = key_at(start + at * p.inner);
  for (var j = lane + LANES; j < p.n; j += LANES) {
    let key = key_at(start + j * p.inner);
    if (better(key, j, best, at)) {
      best = key;
      at = j;
    }
  }
  keys[local] = best;
  places[local] = at;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half && better(keys[local + half], places[local + half], keys[local], places[local])) {
      keys[local] = keys[local + half];
      places[local] = places[local + half];
    }
  }
  workgroupBarrier();
  if (lane == 0u && wanted < p.count) {
    set_word(p.y + i, places[local]);
  }
}
`,
  binary: `override OP: u32;
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
    case 7u: { return select(a, a * b, a < 0.0); }
    default: { return a - b * trunc(a / b); }
  }
}
fn divided(a: i32, b: i32) -> i32 {
  if (b == 0) {
    return 0;
  }
  if (b == -1) {
    return -a;
  }
  return a / b;
}
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
fn compared(a: i32, b: i32) -> bool {
  switch OP {
    case 8u: { return a == b; }
    case 9u: { return a < b; }
    case 10u: { return a <= b; }
    case 11u: { return a > b; }
    case 12u: { return a >= b; }
    case 13u: { return a != 0 && b != 0; }
    case 14u: { return a != 0 || b != 0; }
    default: { return (a != 0) != (b != 0); }
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
`,
  boxes: `override KIND: u32;
struct Params {
  count: u32,
  boxes: u32,
  other: u32,
  y: u32,
  groups: u32,
  width: u32,
  stride: f32,
  offset: f32,
  weight_x: f32,
  weight_y: f32,
  weight_w: f32,
  weight_h: f32,
  scale_clamp: f32,
}
@group(0) @binding(1) var<uniform> p: Params;
fn load_box(at: u32) -> vec4<f32> {
  return vec4(load(F32, at), load(F32, at + 1u), load(F32, at + 2u), load(F32, at + 3u));
}
fn at_most(x: f32, high: f32) -> f32 {
  return select(x, high, x > high);
}
fn between_zero_and(x: f32, high: f32) -> f32 {
  return select(at_most(x, high), 0.0, x < 0.0);
}
fn anchor(i: u32) -> vec4<f32> {
  let shape = p.boxes + i % p.groups * 2u;
  let place = i / p.groups;
  let cx = p.offset * p.stride + f32(place % p.width) * p.stride;
  let cy = p.offset * p.stride + f32(place / p.width) * p.stride;
  let half_w = load(F32, shape) / 2.0;
  let half_h = load(F32, shape + 1u) / 2.0;
  return vec4(cx - half_w, cy - half_h, cx + half_w, cy + half_h);
}
fn decoded(i: u32) -> vec4<f32> {
  let box = load_box(p.boxes + i / p.groups * 4u);
  let delta = load_box(p.other + i * 4u) / vec4(p.weight_x, p.weight_y, p.weight_w, p.weight_h);
  let width = box.z - box.x;
  let height = box.w - box.y;
  let cx = delta.x * width + (box.x + 0.5 * width);
  let cy = delta.y * height + (box.y + 0.5 * height);
  let half_w = 0.5 * (exp(at_most(delta.z, p.scale_clamp)) * width);
  let half_h = 0.5 * (exp(at_most(delta.w, p.scale_clamp)) * height);
  return vec4(cx - half_w, cy - half_h, cx + half_w, cy + half_h);
}
fn clipped(i: u32) -> vec4<f32> {
  let box = load_box(p.boxes + i * 4u);
  let height = load(F32, p.other);
  let width = load(F32, p.other + 1u);
  return vec4(between_zero_and(box.x, width), between_zero_and(box.y, height), between_zero_and(box.z, width),
      between_zero_and(box.w, height));
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  var box: vec4<f32>;
  switch KIND {
    case 0u: { box = anchor(i); }
    case 1u: { box = decoded(i); }
    default: { box = clipped(i); }
  }
  let at = p.y + i * 4u;
  store(F32, at, box.x);
  store(F32, at + 1u, box.y);
  store(F32, at + 2u, box.z);
  store(F32, at + 3u, box.w);
}
`,
  cast: `override X_TYPE: u32;
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
`,
  copy: `override X_TYPE: u32;
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
`,
  depthwise: `override X_TYPE: u32;
override Y_TYPE: u32;
override PRE_SCALE: bool;
override PRE_SHIFT: bool;
override PRE_RELU: bool;
override POST_SCALE: bool;
override BIAS: bool;
override RESIDUAL: bool;
override ACTIVATION: u32;
struct Params {
  count: u32,
  channels: i32,
  x: u32,
  y: u32,
  y_stride: u32,
  residual: u32,
  residual_stride: u32,
  bias: u32,
  post_scale: u32,
  pre_scale: u32,
  pre_shift: u32,
  height: i32,
  width: i32,
  pixel_stride: i32,
  input_height: i32,
  input_width: i32,
  out_height: i32,
  out_width: i32,
  kernel_height: i32,
  kernel_width: i32,
  stride_h: i32,
  stride_w: i32,
  pad_top: i32,
  pad_left: i32,
  dilation_h: i32,
  dilation_w: i32,
  pool_h: i32,
  pool_w: i32,
  pool_stride_h: i32,
  pool_stride_w: i32,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(1) var<uniform> p: Params;
@group(1) @binding(0) var<storage, read> weights: array<f32>;
fn prologue(value: f32, channel: u32) -> f32 {
  var v = value;
  if (PRE_SCALE) {
    v *= load(F32, p.pre_scale + channel);
  }
  if (PRE_SHIFT) {
    v += load(F32, p.pre_shift + channel);
  }
  if (PRE_RELU) {
    v = select(v, 0.0, v < 0.0);
  }
  return v;
}
fn load_pixel(image: i32, y: i32, x: i32, channel: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0; i < p.pool_h; i++) {
    for (var j = 0; j < p.pool_w; j++) {
      let pixel = (image * p.height + y * p.pool_stride_h + i) * p.width + x * p.pool_stride_w + j;
      sum += prologue(load(X_TYPE, p.x + u32(pixel * p.pixel_stride) + channel), channel);
    }
  }
  return sum / f32(p.pool_h * p.pool_w);
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let channel = i % u32(p.channels);
  let pixel = i / u32(p.channels);
  let x = i32(pixel) % p.out_width * p.stride_w - p.pad_left;
  let y = i32(pixel) / p.out_width % p.out_height * p.stride_h - p.pad_top;
  let image = i32(pixel) / p.out_width / p.out_height;
  var sum = 0.0;
  for (var ky = 0; ky < p.kernel_height; ky++) {
    for (var kx = 0; kx < p.kernel_width; kx++) {
      let iy = y + ky * p.dilation_h;
      let ix = x + kx * p.dilation_w;
      if (iy >= 0 && iy < p.input_height && ix >= 0 && ix < p.input_width) {
        sum += load_pixel(image, iy, ix, channel) * weights[u32((ky * p.kernel_width + kx) * p.channels) + channel];
      }
    }
  }
  if (POST_SCALE) {
    sum *= load(F32, p.post_scale + channel);
  }
  if (BIAS) {
    sum += load(F32, p.bias + channel);
  }
  if (RESIDUAL) {
    sum += load(Y_TYPE, p.residual + pixel * p.residual_stride + channel);
  }
  store(Y_TYPE, p.y + pixel * p.y_stride + channel, activated(ACTIVATION, sum, p.alpha, p.beta));
}
`,
  elements: `const F32 = 0u;
const I32 = 1u;
const U8 = 2u;
const F16 = 3u;
const GROUP = 64u;
fn bytes_of(element_type: u32) -> u32 {
  return select(select(4u, 2u, element_type == F16), 1u, element_type == U8);
}
fn load_bits(element_type: u32, i: u32) -> u32 {
  switch element_type {
    case U8: {
      return (word(i >> 2u) >> ((i & 3u) * 8u)) & 0xffu;
    }
    case F16: {
      return (word(i >> 1u) >> ((i & 1u) * 16u)) & 0xffffu;
    }
    default: {
      return word(i);
    }
  }
}
fn store_bits(element_type: u32, i: u32, bits: u32) {
  switch element_type {
    case U8: {
      let shift = (i & 3u) * 8u;
      set_bits(i >> 2u, 0xffu << shift, (bits & 0xffu) << shift);
    }
    case F16: {
      let shift = (i & 1u) * 16u;
      set_bits(i >> 1u, 0xffffu << shift, (bits & 0xffffu) << shift);
    }
    default: {
      set_word(i, bits);
    }
  }
}
fn load(element_type: u32, i: u32) -> f32 {
  if (element_type == F16) {
    return unpack2x16float(load_bits(F16, i)).x;
  }
  return bitcast<f32>(word(i));
}
fn store(element_type: u32, i: u32, value: f32) {
  if (element_type == F16) {
    store_bits(F16, i, pack2x16float(vec2(value, 0.0)));
  } else {
    set_word(i, bitcast<u32>(value));
  }
}
fn load_quad(element_type: u32, i: u32) -> vec4<f32> {
  if (element_type == F16) {
    return load_quad_f16(i);
  }
  return load_quad_f32(i);
}
fn store_quad(element_type: u32, i: u32, value: vec4<f32>) {
  if (element_type == F16) {
    store_quad_f16(i, value);
  } else {
    store_quad_f32(i, value);
  }
}
fn invocation(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x * GROUP;
}
fn group_number(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x;
}
`,
  fill: `override Y_TYPE: u32;
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
`,
  gather: `override X_TYPE: u32;
override Y_TYPE: u32;
struct Params {
  total: u32,
  n: i32,
  count: u32,
  inner: u32,
  x: u32,
  y: u32,
  indices: u32,
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
  let raw = bitcast<i32>(word(p.indices + slice % p.count));
  if (raw < -p.n || raw >= p.n) {
    set_word(p.error, p.step);
    set_word(p.error + 1u, bitcast<u32>(raw));
  }
  let index = clamp(select(raw, raw + p.n, raw < 0), 0, p.n - 1);
  let source = p.x + (slice / p.count * u32(p.n) + u32(index)) * p.inner + i % p.inner;
  if (X_TYPE == Y_TYPE) {
    store_bits(Y_TYPE, p.y + i, load_bits(X_TYPE, source));
  } else {
    store(Y_TYPE, p.y + i, load(X_TYPE, source));
  }
}
`,
  gemm: `override TILED: bool;
override CONV: bool;
override A_QUADS: bool;
override B_ARENA: bool;
override Y_QUADS: bool;
override X_TYPE: u32;
override Y_TYPE: u32;
override PRE_SCALE: bool;
override PRE_SHIFT: bool;
override PRE_RELU: bool;
override POOLED: bool;
override POST_SCALE: bool;
override BIAS: bool;
override RESIDUAL: bool;
override ACTIVATION: u32;
struct Params {
  m: i32,
  n: i32,
  k: i32,
  taps: i32,
  span: i32,
  row_tiles: u32,
  column_tiles: u32,
  items: u32,
  y_item: u32,
  weight_item: u32,
  weight_row: u32,
  batch: vec4<i32>,
  a_batch: vec4<i32>,
  b_batch: vec4<i32>,
  x: u32,
  y: u32,
  y_stride: u32,
  residual: u32,
  residual_stride: u32,
  bias: u32,
  post_scale: u32,
  pre_scale: u32,
  pre_shift: u32,
  a_row: i32,
  a_depth: i32,
  b: u32,
  b_depth: i32,
  b_column: i32,
  height: i32,
  width: i32,
  pixel_stride: i32,
  input_height: i32,
  input_width: i32,
  out_height: i32,
  out_width: i32,
  channels: i32,
  kernel_width: i32,
  stride_h: i32,
  stride_w: i32,
  pad_top: i32,
  pad_left: i32,
  dilation_h: i32,
  dilation_w: i32,
  pool_h: i32,
  pool_w: i32,
  pool_stride_h: i32,
  pool_stride_w: i32,
  scale: f32,
  alpha: f32,
  beta: f32,
}
@group(0) @binding(1) var<uniform> p: Params;
@group(1) @binding(0) var<storage, read> weights: array<vec4<f32>>;
const WIDTH = 8u;
const LINES = 64u / DEPTH;
const A_LOADS = ROWS * DEPTH / 8u;
const B_LOADS = DEPTH / 2u;
const PITCH = DEPTH + 1u;
var<workgroup> a_tile: array<vec4<f32>, ROWS * 8u * PITCH>;
var<workgroup> b_tile: array<vec4<f32>, DEPTH * 4u * WIDTH>;
var<private> a_base: i32;
var<private> b_base: i32;
var<private> channel_base: i32;
fn locate_item(item: u32) {
  a_base = 0;
  b_base = 0;
  var rest = i32(item);
  for (var d = 3; d >= 0; d--) {
    let index = rest % p.batch[d];
    rest /= p.batch[d];
    a_base += index * p.a_batch[d];
    b_base += index * p.b_batch[d];
  }
}
fn locate_row(number: i32) -> vec3<i32> {
  let row = min(number, p.m - 1);
  if (!CONV) {
    return vec3(i32(p.x) + a_base + row * p.a_row, 0, 0);
  }
  let pixel = row % (p.out_height * p.out_width);
  let y = pixel / p.out_width;
  let x = pixel - y * p.out_width;
  return vec3(row / (p.out_height * p.out_width) * p.height, y * p.stride_h - p.pad_top, x * p.stride_w - p.pad_left);
}
fn inside(y: i32, x: i32) -> bool {
  return y >= 0 && y < p.input_height && x >= 0 && x < p.input_width;
}
fn element(image: i32, y: i32, x: i32) -> i32 {
  let pixel = (image + y * p.pool_stride_h) * p.width + x * p.pool_stride_w;
  return i32(p.x) + channel_base + pixel * p.pixel_stride;
}
fn locate_tap(place: vec3<i32>, tap: i32) -> i32 {
  if (!CONV || !A_QUADS) {
    return place.x;
  }
  let ky = tap / p.kernel_width;
  let y = place.y + ky * p.dilation_h;
  let x = place.z + (tap - ky * p.kernel_width) * p.dilation_w;
  return select(-1, element(place.x, y, x), inside(y, x));
}
fn prologue(value: f32, channel: i32) -> f32 {
  var v = value;
  if (PRE_SCALE) {
    v *= load(F32, p.pre_scale + u32(channel));
  }
  if (PRE_SHIFT) {
    v += load(F32, p.pre_shift + u32(channel));
  }
  if (PRE_RELU) {
    v = select(v, 0.0, v < 0.0);
  }
  return v;
}
struct Prologue {
  scale: vec4<f32>,
  shift: vec4<f32>,
}
fn prologue_of(depth: i32) -> Prologue {
  var own: Prologue;
  if (A_QUADS && PRE_SCALE) {
    own.scale = load_quad(F32, p.pre_scale + u32(channel_base + depth));
  }
  if (A_QUADS && PRE_SHIFT) {
    own.shift = load_quad(F32, p.pre_shift + u32(channel_base + depth));
  }
  return own;
}
fn prologue_quad(value: vec4<f32>, own: Prologue) -> vec4<f32> {
  var v = value;
  if (PRE_SCALE) {
    v *= own.scale;
  }
  if (PRE_SHIFT) {
    v += own.shift;
  }
  if (PRE_RELU) {
    v = select(v, vec4(0.0), v < vec4(0.0));
  }
  return v;
}
fn load_pixel(first: i32, channel: i32) -> f32 {
  if (!POOLED) {
    return prologue(load(X_TYPE, u32(first)), channel);
  }
  var sum = 0.0;
  for (var i = 0; i < p.pool_h; i++) {
    for (var j = 0; j < p.pool_w; j++) {
      sum += prologue(load(X_TYPE, u32(first + (i * p.width + j) * p.pixel_stride)), channel);
    }
  }
  return sum / f32(p.pool_h * p.pool_w);
}
fn load_pixel_quad(first: i32, own: Prologue) -> vec4<f32> {
  if (!POOLED) {
    return prologue_quad(load_quad(X_TYPE, u32(first)), own);
  }
  var sum = vec4(0.0);
  for (var i = 0; i < p.pool_h; i++) {
    for (var j = 0; j < p.pool_w; j++) {
      sum += prologue_quad(load_quad(X_TYPE, u32(first + (i * p.width + j) * p.pixel_stride)), own);
    }
  }
  return sum / f32(p.pool_h * p.pool_w);
}
fn load_a(place: vec3<i32>, first: i32, k: i32, own: Prologue) -> vec4<f32> {
  if (A_QUADS) {
    if (first < 0 || k >= p.span) {
      return vec4(0.0);
    }
    return load_pixel_quad(first + k, own);
  }
  var v = vec4(0.0);
  for (var j = 0; j < 4 && k + j < p.k; j++) {
    if (!CONV) {
      v[j] = load(X_TYPE, u32(first + (k + j) * p.a_depth));
      continue;
    }
    let tap = (k + j) / p.channels;
    let channel = k + j - tap * p.channels;
    let ky = tap / p.kernel_width;
    let y = place.y + ky * p.dilation_h;
    let x = place.z + (tap - ky * p.kernel_width) * p.dilation_w;
    if (inside(y, x)) {
      v[j] = load_pixel(element(place.x, y, x) + channel, channel_base + channel);
    }
  }
  return v;
}
fn load_b(k: i32, column: i32) -> vec4<f32> {
  if (!B_ARENA) {
    return weights[u32(b_base) * p.weight_item + u32(k) * p.weight_row + u32(column) / 4u];
  }
  var v = vec4(0.0);
  for (var j = 0; j < 4 && column + j < p.n; j++) {
    if (k < p.k) {
      v[j] = load(F32, u32(i32(p.b) + b_base + k * p.b_depth + (column + j) * p.b_column));
    }
  }
  return v;
}
fn activate(v: f32) -> f32 {
  if (ACTIVATION == 0u) {
    return v;
  }
  if (ACTIVATION == 1u) {
    return select(v, 0.0, v < 0.0);
  }
  return activated(ACTIVATION, v, p.alpha, p.beta);
}
fn activate_quad(v: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 0u) {
    return v;
  }
  if (ACTIVATION == 1u) {
    return select(v, vec4(0.0), v < vec4(0.0));
  }
  var y = v;
  for (var j = 0u; j < 4u; j++) {
    y[j] = activated(ACTIVATION, v[j], p.alpha, p.beta);
  }
  return y;
}
fn finish_quad(sum: vec4<f32>, item: u32, row: i32, column: i32) {
  let own = item * p.y_item + u32(column);
  let channel = select(u32(column), own, CONV);
  var v = sum * p.scale;
  if (POST_SCALE) {
    v *= load_quad(F32, p.post_scale + channel);
  }
  if (BIAS) {
    v += load_quad(F32, p.bias + channel);
  }
  if (RESIDUAL) {
    v += load_quad(Y_TYPE, p.residual + own + u32(row) * p.residual_stride);
  }
  store_quad(Y_TYPE, p.y + own + u32(row) * p.y_stride, activate_quad(v));
}
fn finish(sum: f32, item: u32, row: i32, column: i32) {
  let own = item * p.y_item + u32(column);
  let channel = select(u32(column), own, CONV);
  var v = sum * p.scale;
  if (POST_SCALE) {
    v *= load(F32, p.post_scale + channel);
  }
  if (BIAS) {
    v += load(F32, p.bias + channel);
  }
  if (RESIDUAL) {
    v += load(Y_TYPE, p.residual + own + u32(row) * p.residual_stride);
  }
  store(Y_TYPE, p.y + own + u32(row) * p.y_stride, activate(v));
}
fn write(sum: vec4<f32>, item: u32, row: i32, column: i32) {
  if (row >= p.m || column >= p.n) {
    return;
  }
  if (Y_QUADS) {
    finish_quad(sum, item, row, column);
    return;
  }
  for (var j = 0; j < 4 && column + j < p.n; j++) {
    finish(sum[j], item, row, column + j);
  }
}
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = group_number(group, groups);
  let item = tile / (p.row_tiles * p.column_tiles);
  if (item >= p.items) {
    return;
  }
  let first_row = i32(tile / p.column_tiles % p.row_tiles * ROWS * 8u);
  let first_column = i32(tile % p.column_tiles * WIDTH * 4u);
  let across = local % 8u;
  let down = local / 8u;
  let row = first_row + i32(down);
  let column = first_column + i32(across) * 4;
  locate_item(item);
  channel_base = i32(item) * p.channels;
  var sum$r = vec4(0.0);
  if (TILED) {
    let lane = local % DEPTH;
    let line = local / DEPTH;
    var places: array<vec3<i32>, A_LOADS>;
    var firsts: array<i32, A_LOADS>;
    for (var s = 0u; s < A_LOADS; s++) {
      places[s] = locate_row(first_row + i32(s * LINES + line));
    }
    for (var tap = 0; tap < p.taps; tap++) {
      for (var s = 0u; s < A_LOADS; s++) {
        firsts[s] = locate_tap(places[s], tap);
      }
      for (var k = 0; k < p.span; k += i32(DEPTH) * 4) {
        let depth = k + i32(lane) * 4;
        let own = prologue_of(depth);
        for (var s = 0u; s < A_LOADS; s++) {
          a_tile[(s * LINES + line) * PITCH + lane] = load_a(places[s], firsts[s], depth, own);
        }
        let b_depth = tap * p.span + k + i32(local / WIDTH);
        let b_column = first_column + i32(local % WIDTH) * 4;
        for (var t = 0u; t < B_LOADS; t++) {
          b_tile[t * 64u + local] = load_b(b_depth + i32(t * 64u / WIDTH), b_column);
        }
        workgroupBarrier();
        for (var q = 0u; q < DEPTH; q++) {
          let b0 = b_tile[q * 4u * WIDTH + across];
          let b1 = b_tile[(q * 4u + 1u) * WIDTH + across];
          let b2 = b_tile[(q * 4u + 2u) * WIDTH + across];
          let b3 = b_tile[(q * 4u + 3u) * WIDTH + across];
          let a$r = a_tile[($ru * 8u + down) * PITCH + q];
          sum$r += a$r.x * b0 + a$r.y * b1 + a$r.z * b2 + a$r.w * b3;
        }
        workgroupBarrier();
      }
    }
  } else {
    let place$r = locate_row(row + $r * 8);
    for (var tap = 0; tap < p.taps; tap++) {
      let first$r = locate_tap(place$r, tap);
      for (var k = 0; k < p.span; k += 4) {
        let own = prologue_of(k);
        let b_depth = tap * p.span + k;
        let b0 = load_b(b_depth, column);
        let b1 = load_b(b_depth + 1, column);
        let b2 = load_b(b_depth + 2, column);
        let b3 = load_b(b_depth + 3, column);
        let a$r = load_a(place$r, first$r, k, own);
        sum$r += a$r.x * b0 + a$r.y * b1 + a$r.z * b2 + a$r.w * b3;
      }
    }
  }
  var sums: array<vec4<f32>, ROWS>;
  sums[$r] = sum$r;
  for (var i = 0u; i < ROWS; i++) {
    write(sums[i], item, row + i32(i) * 8, column);
  }
}
`,
  math: `fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
fn infinity() -> f32 {
  var bits = 0x7f800000u;
  return bitcast<f32>(bits);
}
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
fn unary_value(op: u32, x: f32, alpha: f32, beta: f32) -> f32 {
  switch op {
    case 0u: { return select(x, 0.0, x < 0.0); }
    case 1u: { return clamped(x, alpha, beta); }
    case 2u: { return select(x, alpha * x, x < 0.0); }
    case 3u: { return logistic(x); }
    case 4u: { return hyperbolic_tangent(x); }
    case 5u: { return x * logistic(x); }
    case 6u: { return clamped(alpha * x + beta, 0.0, 1.0); }
    case 7u: { return x * clamped(x / 6.0 + 0.5, 0.0, 1.0); }
    case 8u: { return abs(x); }
    case 9u: { return -x; }
    case 10u: { return exp(x); }
    case 11u: { return log(x); }
    case 12u: { return sqrt(x); }
    case 13u: { return 1.0 / x; }
    case 14u: { return floor(x); }
    case 15u: { return ceil(x); }
    case 16u: { return round(x); }
    case 17u: { return select(x, sign(x), x != 0.0 && !is_nan(x)); }
    case 18u: { return error_function(x); }
    case 19u: { return 0.5 * x * (1.0 + error_function(x * 0.70710678)); }
    case 20u: { return 0.5 * x * (1.0 + hyperbolic_tangent(0.79788456 * (x + 0.044715 * x * x * x))); }
    case 21u: { return softplus(x); }
    case 22u: { return x / (1.0 + abs(x)); }
    case 23u: { return select(x, alpha * exp_minus_1(x), x < 0.0); }
    case 24u: { return beta * select(x, alpha * exp_minus_1(x), x < 0.0); }
    case 25u: { return select(x, alpha * exp_minus_1(x / alpha), x < 0.0); }
    case 26u: { return x * hyperbolic_tangent(softplus(x)); }
    case 27u: { return select(x, 0.0, x <= alpha); }
    case 28u: { return sine(x, 0); }
    case 29u: { return sine(x, 1); }
    case 30u: { return sine(x, 0) / sine(x, 1); }
    case 31u: { return inverse_sine(x); }
    case 32u: { return 1.5707963267948966 - inverse_sine(x); }
    case 33u: { return inverse_tangent(x); }
    case 34u: { return hyperbolic_sine(x); }
    case 35u: { return 0.5 * exp(x) + 0.5 * exp(-x); }
    case 36u: { return inverse_hyperbolic_sine(x); }
    case 37u: { return log(x + sqrt(x * x - 1.0)); }
    case 38u: { return inverse_hyperbolic_tangent(x); }
    default: { return x; }
  }
}
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
    return bitcast<f32>(bits);
  }
  let half = b * 0.5;
  return select(size, -size, half != floor(half));
}
`,
  memory_atomics: `@group(0) @binding(0) var<storage, read_write> arena: array<atomic<u32>>;
fn word(i: u32) -> u32 {
  return atomicLoad(&arena[i]);
}
fn set_word(i: u32, value: u32) {
  atomicStore(&arena[i], value);
}
fn set_bits(i: u32, mask: u32, bits: u32) {
  atomicAnd(&arena[i], ~mask);
  atomicOr(&arena[i], bits);
}
fn load_quad_f32(element: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4(word(element), word(element + 1u), word(element + 2u), word(element + 3u)));
}
fn store_quad_f32(element: u32, value: vec4<f32>) {
  let bits = bitcast<vec4<u32>>(value);
  set_word(element, bits.x);
  set_word(element + 1u, bits.y);
  set_word(element + 2u, bits.z);
  set_word(element + 3u, bits.w);
}
fn load_quad_f16(element: u32) -> vec4<f32> {
  let at = element >> 1u;
  return vec4(unpack2x16float(word(at)), unpack2x16float(word(at + 1u)));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  let at = element >> 1u;
  set_word(at, pack2x16float(value.xy));
  set_word(at + 1u, pack2x16float(value.zw));
}
`,
  memory_pairs: `@group(0) @binding(0) var<storage, read_write> arena: array<vec2<u32>>;
fn word(i: u32) -> u32 {
  return arena[i >> 1u][i & 1u];
}
fn set_word(i: u32, value: u32) {
  arena[i >> 1u][i & 1u] = value;
}
fn set_bits(i: u32, mask: u32, bits: u32) {
  set_word(i, (word(i) & ~mask) | bits);
}
fn load_quad_f32(element: u32) -> vec4<f32> {
  let at = element >> 1u;
  return bitcast<vec4<f32>>(vec4(arena[at], arena[at + 1u]));
}
fn store_quad_f32(element: u32, value: vec4<f32>) {
  let bits = bitcast<vec4<u32>>(value);
  arena[element >> 1u] = bits.xy;
  arena[(element >> 1u) + 1u] = bits.zw;
}
fn load_quad_f16(element: u32) -> vec4<f32> {
  let both = arena[element >> 2u];
  return vec4(unpack2x16float(both.x), unpack2x16float(both.y));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  arena[element >> 2u] = vec2(pack2x16float(value.xy), pack2x16float(value.zw));
}
`,
  memory_quads: `@group(0) @binding(0) var<storage, read_write> arena: array<vec4<u32>>;
fn word(i: u32) -> u32 {
  return arena[i >> 2u][i & 3u];
}
fn set_word(i: u32, value: u32) {
  arena[i >> 2u][i & 3u] = value;
}
fn set_bits(i: u32, mask: u32, bits: u32) {
  set_word(i, (word(i) & ~mask) | bits);
}
fn load_quad_f32(element: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(arena[element >> 2u]);
}
fn store_quad_f32(element: u32, value: vec4<f32>) {
  arena[element >> 2u] = bitcast<vec4<u32>>(value);
}
fn load_quad_f16(element: u32) -> vec4<f32> {
  let both = arena[element >> 3u];
  let half = select(both.xy, both.zw, (element & 4u) != 0u);
  return vec4(unpack2x16float(half.x), unpack2x16float(half.y));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  set_word(element >> 1u, pack2x16float(value.xy));
  set_word((element >> 1u) + 1u, pack2x16float(value.zw));
}
`,
  memory_words: `@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
fn word(i: u32) -> u32 {
  return arena[i];
}
fn set_word(i: u32, value: u32) {
  arena[i] = value;
}
fn set_bits(i: u32, mask: u32, bits: u32) {
  arena[i] = (arena[i] & ~mask) | bits;
}
fn load_quad_f32(element: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4(arena[element], arena[element + 1u], arena[element + 2u], arena[element + 3u]));
}
fn store_quad_f32(element: u32, value: vec4<f32>) {
  let bits = bitcast<vec4<u32>>(value);
  arena[element] = bits.x;
  arena[element + 1u] = bits.y;
  arena[element + 2u] = bits.z;
  arena[element + 3u] = bits.w;
}
fn load_quad_f16(element: u32) -> vec4<f32> {
  let at = element >> 1u;
  return vec4(unpack2x16float(arena[at]), unpack2x16float(arena[at + 1u]));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  let at = element >> 1u;
  arena[at] = pack2x16float(value.xy);
  arena[at + 1u] = pack2x16float(value.zw);
}
`,
  normalize: `override X_TYPE: u32;
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
  let start = min(run, p.outer - 1u) * p.n;
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
`,
  pool: `override X_TYPE: u32;
override Y_TYPE: u32;
override MODE: u32;
override COUNT_PAD: bool;
struct Params {
  count: u32,
  channels: u32,
  x: u32,
  y: u32,
  x_stride: u32,
  y_stride: u32,
  height: i32,
  width: i32,
  out_height: i32,
  out_width: i32,
  kernel_h: i32,
  kernel_w: i32,
  stride_h: i32,
  stride_w: i32,
  pad_top: i32,
  pad_left: i32,
  pad_bottom: i32,
  pad_right: i32,
  dilation_h: i32,
  dilation_w: i32,
  power: f32,
}
@group(0) @binding(1) var<uniform> p: Params;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let channel = i % p.channels;
  let pixel = i32(i / p.channels);
  let left = pixel % p.out_width * p.stride_w - p.pad_left;
  let top = pixel / p.out_width % p.out_height * p.stride_h - p.pad_top;
  let image = pixel / p.out_width / p.out_height * p.height;
  var result = select(0.0, -infinity(), MODE == 0u);
  var inside = 0;
  var padded = 0;
  for (var ky = 0; ky < p.kernel_h; ky++) {
    let y = top + ky * p.dilation_h;
    if (y >= p.height + p.pad_bottom) {
      break;
    }
    for (var kx = 0; kx < p.kernel_w; kx++) {
      let x = left + kx * p.dilation_w;
      if (x >= p.width + p.pad_right) {
        break;
      }
      padded++;
      if (y < 0 || y >= p.height || x < 0 || x >= p.width) {
        continue;
      }
      inside++;
      let value = load(X_TYPE, p.x + u32((image + y) * p.width + x) * p.x_stride + channel);
      if (MODE == 0u) {
        result = keep_max(result, value);
      } else if (MODE == 1u) {
        result += value;
      } else {
        result += power(abs(value), p.power);
      }
    }
  }
  if (MODE == 1u) {
    let divisor = select(inside, padded, COUNT_PAD);
    result = select(0.0, result / f32(max(divisor, 1)), divisor > 0);
  } else if (MODE == 2u) {
    result = power(result, 1.0 / p.power);
  }
  store(Y_TYPE, p.y + u32(pixel) * p.y_stride + channel, result);
}
`,
  reduce: `override OP: u32;
override X_TYPE: u32;
override Y_TYPE: u32;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
  outer_stride: u32,
  stride: u32,
}
@group(0) @binding(1) var<uniform> p: Params;
var<workgroup> shared_floats: array<f32, 64>;
var<workgroup> shared_integers: array<i32, 64>;
fn joined(a: f32, b: f32) -> f32 {
  switch OP {
    case 2u: { return keep_max(a, b); }
    case 3u: { return keep_min(a, b); }
    case 4u: { return a * b; }
    default: { return a + b; }
  }
}
fn joined_integers(a: i32, b: i32) -> i32 {
  switch OP {
    case 2u: { return max(a, b); }
    case 3u: { return min(a, b); }
    case 4u: { return a * b; }
    default: { return a + b; }
  }
}
fn over_lanes(local: u32, value: f32) -> f32 {
  shared_floats[local] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % LANES < half) {
      shared_floats[local] = joined(shared_floats[local], shared_floats[local + half]);
    }
  }
  workgroupBarrier();
  return shared_floats[local - local % LANES];
}
fn first_value() -> f32 {
  switch OP {
    case 2u: { return -infinity(); }
    case 3u: { return infinity(); }
    case 4u: { return 1.0; }
    default: { return 0.0; }
  }
}
fn reduced_floats(start: u32, lane: u32, local: u32) -> f32 {
  var high = 0.0;
  if (OP == 9u) {
    var most = -infinity();
    for (var j = lane; j < p.n; j += LANES) {
      most = keep_max(most, load(X_TYPE, start + j * p.stride));
    }
    shared_floats[local] = most;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local % LANES < half) {
        shared_floats[local] = keep_max(shared_floats[local], shared_floats[local + half]);
      }
    }
    workgroupBarrier();
    high = shared_floats[local - lane];
    workgroupBarrier();
  }
  var sum = first_value();
  for (var j = lane; j < p.n; j += LANES) {
    let value = load(X_TYPE, start + j * p.stride);
    switch OP {
      case 5u, 7u: { sum += value * value; }
      case 6u: { sum += abs(value); }
      case 9u: { sum += exp(value - high); }
      default: { sum = joined(sum, value); }
    }
  }
  sum = over_lanes(local, sum);
  switch OP {
    case 1u: { return sum / f32(p.n); }
    case 7u: { return sqrt(sum); }
    case 8u: { return log(sum); }
    case 9u: { return select(high, high + log(sum), is_finite(high)); }
    default: { return sum; }
  }
}
fn reduced_integers(start: u32, lane: u32, local: u32) -> i32 {
  var sum = 0;
  switch OP {
    case 2u: { sum = -2147483647 - 1; }
    case 3u: { sum = 2147483647; }
    case 4u: { sum = 1; }
    default: {}
  }
  var exponentials = 0.0;
  for (var j = lane; j < p.n; j += LANES) {
    let value = bitcast<i32>(word(start + j * p.stride));
    switch OP {
      case 5u, 7u: { sum += value * value; }
      case 6u: { sum += abs(value); }
      case 9u: { exponentials += exp(f32(value)); }
      default: { sum = joined_integers(sum, value); }
    }
  }
  shared_integers[local] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % LANES < half) {
      shared_integers[local] = joined_integers(shared_integers[local], shared_integers[local + half]);
    }
  }
  workgroupBarrier();
  sum = shared_integers[local - lane];
  exponentials = over_lanes(local, exponentials);
  switch OP {
    case 1u: { return sum / i32(p.n); }
    case 7u: { return i32(sqrt(f32(sum))); }
    case 8u: { return i32(log(f32(sum))); }
    case 9u: { return i32(log(exponentials)); }
    default: { return sum; }
  }
}
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let wanted = group_number(group, groups) * (64u / LANES) + local / LANES;
  let i = min(wanted, p.count - 1u);
  let lane = local % LANES;
  let start = p.x + i / p.inner * p.outer_stride + i % p.inner;
  let mine = lane == 0u && wanted < p.count;
  if (X_TYPE == I32) {
    let value = reduced_integers(start, lane, local);
    if (mine) {
      set_word(p.y + i, bitcast<u32>(value));
    }
  } else {
    let value = reduced_floats(start, lane, local);
    if (mine) {
      store(Y_TYPE, p.y + i, value);
    }
  }
}
`,
  resample: `override X_TYPE: u32;
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
`,
  roi_align: `override X_TYPE: u32;
override Y_TYPE: u32;
override MAXIMUM: bool;
override LEVELS: u32;
struct Params {
  count: u32,
  channels: u32,
  out_height: u32,
  out_width: u32,
  y: u32,
  y_stride: u32,
  rois: u32,
  batch: u32,
  scales: u32,
  images: i32,
  sampling_ratio: u32,
  aligned: u32,
  spatial_scale: f32,
  lowest: i32,
  canonical_size: f32,
  canonical_level: i32,
  error: u32,
  step: u32,
  maps: array<vec4<u32>, 8>,
}
@group(0) @binding(1) var<uniform> p: Params;
struct Axis {
  start: f32,
  bin: f32,
  grid: f32,
  size: i32,
}
fn make_axis(low: f32, high: f32, size: u32, bins: u32, scale: f32) -> Axis {
  let offset = select(0.0, 0.5, p.aligned != 0u);
  let start = low * scale - offset;
  var length = high * scale - offset - start;
  if (p.aligned == 0u) {
    length = select(1.0, length, length > 1.0);
  }
  let bin = length / f32(bins);
  return Axis(start, bin, select(ceil(bin), f32(p.sampling_ratio), p.sampling_ratio > 0u), i32(size));
}
fn usable(axis: Axis) -> bool {
  return is_finite(axis.start) && is_finite(axis.bin) && axis.grid >= 1.0 && axis.grid < 16777216.0 && axis.size > 0;
}
fn sample_range(axis: Axis, b: f32) -> vec2<i32> {
  let step = axis.bin / axis.grid;
  let begin = axis.start + b * axis.bin;
  let enter = (-1.0 - begin) / step;
  let leave = (f32(axis.size) - begin) / step;
  let low = floor(select(enter, leave, step < 0.0) - 0.5) - 2.0;
  let high = ceil(select(leave, enter, step < 0.0) - 0.5) + 3.0;
  return vec2(i32(clamp(low, 0.0, axis.grid)), i32(clamp(high, 0.0, axis.grid)));
}
struct Neighbours {
  low: i32,
  high: i32,
  part: f32,
  inside: bool,
}
fn neighbours(axis: Axis, b: f32, sample: i32) -> Neighbours {
  var position = axis.start + b * axis.bin + (f32(sample) + 0.5) * axis.bin / axis.grid;
  if (!(position >= -1.0) || !(position <= f32(axis.size))) {
    return Neighbours(0, 0, 0.0, false);
  }
  position = max(position, 0.0);
  var low = i32(position);
  var high = low + 1;
  if (low >= axis.size - 1) {
    low = axis.size - 1;
    high = low;
    position = f32(low);
  }
  return Neighbours(low, high, position - f32(low), true);
}
fn level_of(box: vec4<f32>) -> u32 {
  let area = (box.z - box.x) * (box.w - box.y);
  if (!(area > 0.0) || !is_finite(area)) {
    return select(0u, LEVELS - 1u, area > 0.0 && !is_nan(area));
  }
  let size = sqrt(area) / p.canonical_size + 1e-8;
  let bits = bitcast<u32>(size);
  let octave = i32(bits >> 23u) - 127;
  let missing = 1.0 - bitcast<f32>((bits & 0x7fffffu) | 0x3f000000u);
  let next = f32(octave + 1) - missing * 1.4426950;
  let above = select(octave, octave + 1, missing < 1e-4 && floor(f32(p.canonical_level) + next) > f32(p.canonical_level + octave));
  return u32(clamp(p.canonical_level + above - p.lowest, 0, max(i32(LEVELS) - 1, 0)));
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.count) {
    return;
  }
  let channel = i % p.channels;
  let pixel = i / p.channels;
  let px = f32(pixel % p.out_width);
  let py = f32(pixel / p.out_width % p.out_height);
  let region = pixel / p.out_width / p.out_height;
  let at = p.rois + region * 4u;
  let box = vec4(load(F32, at), load(F32, at + 1u), load(F32, at + 2u), load(F32, at + 3u));
  var map = p.maps[0];
  var scale = p.spatial_scale;
  var first = map.x;
  if (LEVELS > 0u) {
    let level = level_of(box);
    map = p.maps[level];
    scale = load(F32, p.scales + level);
    first = map.x;
  } else {
    let image = bitcast<i32>(word(p.batch + region));
    if (image < 0 || image >= p.images) {
      set_word(p.error, p.step);
      set_word(p.error + 1u, bitcast<u32>(image));
    }
    first += u32(clamp(image, 0, p.images - 1)) * map.y * map.z * map.w;
  }
  let vertical = make_axis(box.y, box.w, map.y, p.out_height, scale);
  let horizontal = make_axis(box.x, box.z, map.z, p.out_width, scale);
  var result = 0.0;
  if (usable(vertical) && usable(horizontal)) {
    let rows = sample_range(vertical, py);
    let columns = sample_range(horizontal, px);
    var inside = 0.0;
    for (var sy = rows.x; sy < rows.y; sy++) {
      let y = neighbours(vertical, py, sy);
      if (!y.inside) {
        continue;
      }
      for (var sx = columns.x; sx < columns.y; sx++) {
        let x = neighbours(horizontal, px, sx);
        if (!x.inside) {
          continue;
        }
        let upper = first + u32(y.low) * map.z * map.w + channel;
        let lower = first + u32(y.high) * map.z * map.w + channel;
        let v1 = (1.0 - y.part) * (1.0 - x.part) * load(X_TYPE, upper + u32(x.low) * map.w);
        let v2 = (1.0 - y.part) * x.part * load(X_TYPE, upper + u32(x.high) * map.w);
        let v3 = y.part * (1.0 - x.part) * load(X_TYPE, lower + u32(x.low) * map.w);
        let v4 = y.part * x.part * load(X_TYPE, lower + u32(x.high) * map.w);
        if (MAXIMUM) {
          let most = max(max(v1, v2), max(v3, v4));
          result = select(max(result, most), most, inside == 0.0);
        } else {
          result += v1 + v2 + v3 + v4;
        }
        inside += 1.0;
      }
    }
    let samples = vertical.grid * horizontal.grid;
    if (!MAXIMUM) {
      result /= samples;
    } else if (inside < samples) {
      result = max(result, 0.0);
    }
  }
  store(Y_TYPE, p.y + pixel * p.y_stride + channel, result);
}
`,
  scale_shift: `override X_TYPE: u32;
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
`,
  softmax: `override X_TYPE: u32;
override Y_TYPE: u32;
override LOG: bool;
override LANES: u32;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  x: u32,
  y: u32,
}
@group(0) @binding(1) var<uniform> p: Params;
var<workgroup> shared_floats: array<f32, 64>;
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let wanted = group_number(group, groups) * (64u / LANES) + local / LANES;
  let i = min(wanted, p.count - 1u);
  let lane = local % LANES;
  let start = i / p.inner * p.n * p.inner + i % p.inner;
  var most = -infinity();
  for (var j = lane; j < p.n; j += LANES) {
    most = keep_max(most, load(X_TYPE, p.x + start + j * p.inner));
  }
  shared_floats[local] = most;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_floats[local] = keep_max(shared_floats[local], shared_floats[local + half]);
    }
  }
  workgroupBarrier();
  let high = shared_floats[local - lane];
  workgroupBarrier();
  var part = 0.0;
  for (var j = lane; j < p.n; j += LANES) {
    part += exp(load(X_TYPE, p.x + start + j * p.inner) - high);
  }
  shared_floats[local] = part;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      shared_floats[local] += shared_floats[local + half];
    }
  }
  workgroupBarrier();
  let sum = shared_floats[local - lane];
  if (wanted >= p.count) {
    return;
  }
  for (var j = lane; j < p.n; j += LANES) {
    let difference = load(X_TYPE, p.x + start + j * p.inner) - high;
    var value: f32;
    if (LOG) {
      value = difference - log(sum);
    } else {
      value = exp(difference) / sum;
    }
    store(Y_TYPE, p.y + start + j * p.inner, value);
  }
}
`,
  top_k: `override LARGEST: bool;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  k: u32,
  padded: u32,
  x: u32,
  values: u32,
  indices: u32,
  scratch: u32,
}
@group(0) @binding(1) var<uniform> p: Params;
const LANES = 256u;
var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> chosen: u32;
var<workgroup> before: u32;
var<workgroup> size: atomic<u32>;
var<private> start: u32;
fn rank_at(j: u32) -> u32 {
  let key = order_key(load(F32, start + j * p.inner));
  return select(key, ~key, LARGEST);
}
fn choose(local: u32, place: u32) {
  workgroupBarrier();
  if (local == 0u) {
    var sum = 0u;
    var bin = 0u;
    loop {
      let here = atomicLoad(&histogram[bin]);
      if (sum + here > place || bin == 255u) {
        break;
      }
      sum += here;
      bin++;
    }
    chosen = bin;
    before = sum;
  }
  workgroupBarrier();
}
fn is_less(a: u32, b: u32) -> bool {
  let first = word(a);
  let second = word(b);
  return first < second || (first == second && word(a + 1u) < word(b + 1u));
}
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let run = group_number(group, groups);
  if (run >= p.count) {
    return;
  }
  let base = run / p.inner * p.n * p.inner + run % p.inner;
  start = p.x + base;
  let pairs = p.scratch + run * p.padded * 2u;
  var place = p.k - 1u;
  var limit = 0u;
  for (var shift = 24; shift >= 0; shift -= 8) {
    atomicStore(&histogram[local], 0u);
    workgroupBarrier();
    let known = select(0xffffffffu << u32(shift + 8), 0u, shift == 24);
    for (var j = local; j < p.n; j += LANES) {
      let rank = rank_at(j);
      if ((rank & known) == limit) {
        atomicAdd(&histogram[(rank >> u32(shift)) & 255u], 1u);
      }
    }
    choose(local, place);
    limit |= workgroupUniformLoad(&chosen) << u32(shift);
    place -= workgroupUniformLoad(&before);
  }
  var last = 0u;
  for (var shift = 24; shift >= 0; shift -= 8) {
    if ((p.n - 1u) >> u32(shift) != 0u) {
      atomicStore(&histogram[local], 0u);
      workgroupBarrier();
      let known = select(0xffffffffu << u32(shift + 8), 0u, shift == 24);
      for (var j = local; j < p.n; j += LANES) {
        if ((j & known) == last && rank_at(j) == limit) {
          atomicAdd(&histogram[(j >> u32(shift)) & 255u], 1u);
        }
      }
      choose(local, place);
      last |= workgroupUniformLoad(&chosen) << u32(shift);
      place -= workgroupUniformLoad(&before);
    }
  }
  if (local == 0u) {
    atomicStore(&size, 0u);
  }
  workgroupBarrier();
  for (var j = local; j < p.n; j += LANES) {
    let rank = rank_at(j);
    if (rank < limit || (rank == limit && j <= last)) {
      let at = pairs + atomicAdd(&size, 1u) * 2u;
      set_word(at, rank);
      set_word(at + 1u, j);
    }
  }
  for (var i = p.k + local; i < p.padded; i += LANES) {
    set_word(pairs + i * 2u, 0xffffffffu);
    set_word(pairs + i * 2u + 1u, 0xffffffffu);
  }
  storageBarrier();
  for (var width = 2u; width <= p.padded; width *= 2u) {
    for (var gap = width / 2u; gap > 0u; gap /= 2u) {
      for (var i = local; i < p.padded; i += LANES) {
        let other = i ^ gap;
        if (other > i) {
          let a = pairs + i * 2u;
          let b = pairs + other * 2u;
          let rising = (i & width) == 0u;
          if (is_less(b, a) == rising) {
            let rank = word(a);
            let index = word(a + 1u);
            set_word(a, word(b));
            set_word(a + 1u, word(b + 1u));
            set_word(b, rank);
            set_word(b + 1u, index);
          }
        }
      }
      storageBarrier();
    }
  }
  let target_start = run / p.inner * p.k * p.inner + run % p.inner;
  for (var i = local; i < p.k; i += LANES) {
    let index = word(pairs + i * 2u + 1u);
    set_word(p.indices + target_start + i * p.inner, index);
    set_word(p.values + target_start + i * p.inner, word(start + index * p.inner));
  }
}
`,
  unary: `override OP: u32;
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
    case 0u: { return max(x, 0); }
    case 8u: { return select(x, -x, x < 0); }
    case 9u: { return -x; }
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
  if (OP == 39u) {
    store_bits(U8, to, select(0u, 1u, load_bits(U8, source) == 0u));
  } else if (OP == 40u) {
    store_bits(U8, to, select(0u, 1u, is_nan(load(X_TYPE, source))));
  } else if (X_TYPE == I32) {
    set_word(to, bitcast<u32>(integer_value(bitcast<i32>(word(source)))));
  } else {
    store(Y_TYPE, to, unary_value(OP, load(X_TYPE, source), p.alpha, p.beta));
  }
}
`,
  where: `override A_TYPE: u32;
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
`,
} as const;

export type ShaderName = keyof typeof SHADERS;
