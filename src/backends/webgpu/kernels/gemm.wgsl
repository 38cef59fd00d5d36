// Convolution and matrix product as one tiled product. Rows are output pixels (of an nhwc map, read through the fused
// prologue, never unfolded in memory) or rows of A; columns are output channels; the depth runs over kernel rows, kernel
// columns and channels of a group.
//
// 64 invocations compute 8 * ROWS rows by 32 columns, each ROWS rows by 4 columns. The depth of a tap (a
// kernel position; there is one where A is no map or its channels do not come in fours) is passed through in steps of
// 4 * DEPTH, which lie in workgroup memory: A as [row][quad of depth], B as [depth][quad of columns]. B comes packed from
// `weights`, with the depth and the columns filled up with zeros to multiples of 32, or, where it is computed, from the arena.
//
// Not TILED, each invocation reads what it needs by itself, without barriers.
//
// Lines with $r stand for ROWS lines: sums in an array with computed indices would not stay in registers everywhere.
override TILED: bool;
override CONV: bool; // rows are pixels
override A_QUADS: bool; // four neighbours in depth are four neighbours in memory
override B_ARENA: bool;
override Y_QUADS: bool; // columns come in fours
override X_TYPE: u32;
override B_TYPE: u32; // in the arena
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
  m: i32, // rows, columns and depth of one product
  n: i32,
  k: i32,
  taps: i32,
  span: i32, // depth of a tap
  row_tiles: u32,
  column_tiles: u32,
  // Products are groups of a convolution or items of a batch: y_item elements between their results.
  items: u32,
  y_item: u32,
  weight_item: u32, // quads
  weight_row: u32,
  batch: vec4<i32>,
  a_batch: vec4<i32>,
  b_batch: vec4<i32>, // of the arena's elements, or of packed matrices
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
  input_height: i32, // what the kernel slides over: x after the average pool of the prologue
  input_width: i32,
  out_height: i32,
  out_width: i32,
  channels: i32, // of a group
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

const WIDTH = 8u; // quads of columns
const LINES = 64u / DEPTH; // rows that are loaded at once
const A_LOADS = ROWS * DEPTH / 8u;
const B_LOADS = DEPTH / 2u;
const PITCH = DEPTH + 1u; // rows of A begin in different banks
var<workgroup> a_tile: array<vec4<f32>, ROWS * 8u * PITCH>;
var<workgroup> b_tile: array<vec4<f32>, DEPTH * 4u * WIDTH>;

// First element of this item's A, number of its packed B or first element of its computed B, its first channel.
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

// Of rows of A the first element. Of pixels the first row of the image, and where the kernel starts.
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

// First element of the group at the position (y, x) of what the kernel slides over: of the window where that is an average pool.
fn element(image: i32, y: i32, x: i32) -> i32 {
  let pixel = (image + y * p.pool_stride_h) * p.width + x * p.pool_stride_w;
  return i32(p.x) + channel_base + pixel * p.pixel_stride;
}

// First element of a tap; negative outside.
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

// What the prologue does to four channels.
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

// Depths k .. k + 3 of a tap; zero past its end.
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
      v[j] = load(B_TYPE, u32(i32(p.b) + b_base + k * p.b_depth + (column + j) * p.b_column));
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
  // One after another: what is written out for each takes long to compile.
  var sums: array<vec4<f32>, ROWS>;
  sums[$r] = sum$r;
  for (var i = 0u; i < ROWS; i++) {
    write(sums[i], item, row + i32(i) * 8, column);
  }
}
