// Convolution and matrix product as one tiled product. Rows are output pixels (of an nhwc map, read through the fused
// prologue, never unfolded in memory) or rows of A; columns are output channels; the depth runs over kernel rows, kernel
// columns and channels of a group.
//
// 64 invocations compute 8 * ROWS rows by 32 columns, each ROWS rows by 4 columns, in steps of 32 of the depth that lie in
// workgroup memory: A as [row][quad of depth], B as [depth][quad of columns]. B comes packed from `weights`, with the depth
// and the columns filled up with zeros to multiples of 32, or, where it is computed, from the arena.
//
// Not TILED, each invocation reads what it needs by itself: on processors that stand in for a GPU barriers cost more than that.
override TILED: bool;
override CONV: bool; // rows are pixels
override A_QUADS: bool; // four neighbours in depth are four neighbours in memory
override B_ARENA: bool;
override Y_QUADS: bool; // columns come in fours
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
  m: i32, // rows, columns and depth of one product
  n: i32,
  k: i32,
  row_tiles: u32,
  column_tiles: u32,
  // Products are groups of a convolution or items of a batch: y_item elements between their results.
  items: u32,
  y_item: u32,
  weight_item: u32, // quads
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

const QUADS = 8u; // of 32
var<workgroup> a_tile: array<vec4<f32>, ROWS * 8u * QUADS>;
var<workgroup> b_tile: array<vec4<f32>, 32u * QUADS>;

// First element of this item's A, number of its packed B, first element of its computed B.
var<private> a_base: i32;
var<private> b_base: i32;
// Of each row of this invocation: the element of its pixel (0, 0) of the image, and where the kernel starts.
var<private> image: array<i32, ROWS>;
var<private> top: array<i32, ROWS>;
var<private> left: array<i32, ROWS>;
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

fn locate_row(slot: u32, row: i32) {
  if (!CONV) {
    image[slot] = i32(p.x) + a_base + row * p.a_row;
    return;
  }
  let pixel = row % (p.out_height * p.out_width);
  image[slot] = row / (p.out_height * p.out_width) * p.height;
  top[slot] = pixel / p.out_width * p.stride_h - p.pad_top;
  left[slot] = pixel % p.out_width * p.stride_w - p.pad_left;
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
fn prologue_quad(value: vec4<f32>, channel: i32) -> vec4<f32> {
  var v = value;
  if (PRE_SCALE) {
    v *= load_quad(F32, p.pre_scale + u32(channel));
  }
  if (PRE_SHIFT) {
    v += load_quad(F32, p.pre_shift + u32(channel));
  }
  if (PRE_RELU) {
    v = select(v, vec4(0.0), v < vec4(0.0));
  }
  return v;
}

// A channel, or four, of the position (y, x) of what the kernel slides over, which must lie inside it.
fn load_pixel(slot: u32, y: i32, x: i32, channel: i32) -> f32 {
  let start = i32(p.x) + channel;
  if (!POOLED) {
    return prologue(load(X_TYPE, u32(start + ((image[slot] + y) * p.width + x) * p.pixel_stride)), channel);
  }
  var sum = 0.0;
  for (var i = 0; i < p.pool_h; i++) {
    for (var j = 0; j < p.pool_w; j++) {
      let pixel = (image[slot] + y * p.pool_stride_h + i) * p.width + x * p.pool_stride_w + j;
      sum += prologue(load(X_TYPE, u32(start + pixel * p.pixel_stride)), channel);
    }
  }
  return sum / f32(p.pool_h * p.pool_w);
}
fn load_pixel_quad(slot: u32, y: i32, x: i32, channel: i32) -> vec4<f32> {
  let start = i32(p.x) + channel;
  if (!POOLED) {
    return prologue_quad(load_quad(X_TYPE, u32(start + ((image[slot] + y) * p.width + x) * p.pixel_stride)), channel);
  }
  var sum = vec4(0.0);
  for (var i = 0; i < p.pool_h; i++) {
    for (var j = 0; j < p.pool_w; j++) {
      let pixel = (image[slot] + y * p.pool_stride_h + i) * p.width + x * p.pool_stride_w + j;
      sum += prologue_quad(load_quad(X_TYPE, u32(start + pixel * p.pixel_stride)), channel);
    }
  }
  return sum / f32(p.pool_h * p.pool_w);
}

fn inside(y: i32, x: i32) -> bool {
  return y >= 0 && y < p.input_height && x >= 0 && x < p.input_width;
}

// Depths k .. k + 3 of a row; zero past the end.
fn load_a(slot: u32, k: i32) -> vec4<f32> {
  if (!CONV) {
    if (A_QUADS) {
      return load_quad(X_TYPE, u32(image[slot] + k));
    }
    var v = vec4(0.0);
    for (var j = 0; j < 4 && k + j < p.k; j++) {
      v[j] = load(X_TYPE, u32(image[slot] + (k + j) * p.a_depth));
    }
    return v;
  }
  if (A_QUADS) {
    let tap = k / p.channels;
    let y = top[slot] + tap / p.kernel_width * p.dilation_h;
    let x = left[slot] + tap % p.kernel_width * p.dilation_w;
    if (!inside(y, x)) {
      return vec4(0.0);
    }
    return load_pixel_quad(slot, y, x, channel_base + k - tap * p.channels);
  }
  var v = vec4(0.0);
  for (var j = 0; j < 4 && k + j < p.k; j++) {
    let tap = (k + j) / p.channels;
    let y = top[slot] + tap / p.kernel_width * p.dilation_h;
    let x = left[slot] + tap % p.kernel_width * p.dilation_w;
    if (inside(y, x)) {
      v[j] = load_pixel(slot, y, x, channel_base + k + j - tap * p.channels);
    }
  }
  return v;
}

fn load_b(k: i32, column: i32) -> vec4<f32> {
  if (!B_ARENA) {
    return weights[u32(b_base) * p.weight_item + (u32(k) * p.column_tiles * 32u + u32(column)) / 4u];
  }
  var v = vec4(0.0);
  for (var j = 0; j < 4 && column + j < p.n; j++) {
    if (k < p.k) {
      v[j] = load(F32, u32(i32(p.b) + b_base + k * p.b_depth + (column + j) * p.b_column));
    }
  }
  return v;
}

fn activated_quad(v: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 0u) {
    return v;
  }
  if (ACTIVATION == 1u) {
    return select(v, vec4(0.0), v < vec4(0.0));
  }
  return vec4(activated(ACTIVATION, v.x, p.alpha, p.beta), activated(ACTIVATION, v.y, p.alpha, p.beta),
      activated(ACTIVATION, v.z, p.alpha, p.beta), activated(ACTIVATION, v.w, p.alpha, p.beta));
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
  store_quad(Y_TYPE, p.y + own + u32(row) * p.y_stride, activated_quad(v));
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
  store(Y_TYPE, p.y + own + u32(row) * p.y_stride, activated(ACTIVATION, v, p.alpha, p.beta));
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
  let first_column = i32(tile % p.column_tiles * 32u);
  let across = local % QUADS;
  let down = local / QUADS;
  locate_item(item);
  channel_base = i32(item) * p.channels;
  for (var r = 0u; r < ROWS; r++) {
    locate_row(r, min(first_row + i32(r * 8u + down), p.m - 1));
  }
  var sums: array<vec4<f32>, ROWS>;
  let column = first_column + i32(across) * 4;
  if (TILED) {
    for (var k = 0; k < p.k; k += 32) {
      let depth = k + i32(across) * 4;
      for (var r = 0u; r < ROWS; r++) {
        var v = vec4(0.0);
        if (depth < p.k) {
          v = load_a(r, depth);
        }
        a_tile[(r * 8u + down) * QUADS + across] = v;
      }
      for (var j = 0u; j < 4u; j++) {
        b_tile[(j * 8u + down) * QUADS + across] = load_b(k + i32(j * 8u + down), column);
      }
      workgroupBarrier();
      for (var q = 0u; q < QUADS; q++) {
        let b0 = b_tile[(q * 4u) * QUADS + across];
        let b1 = b_tile[(q * 4u + 1u) * QUADS + across];
        let b2 = b_tile[(q * 4u + 2u) * QUADS + across];
        let b3 = b_tile[(q * 4u + 3u) * QUADS + across];
        for (var r = 0u; r < ROWS; r++) {
          let a = a_tile[(r * 8u + down) * QUADS + q];
          sums[r] += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3;
        }
      }
      workgroupBarrier();
    }
  } else {
    for (var k = 0; k < p.k; k += 4) {
      let b0 = load_b(k, column);
      let b1 = load_b(k + 1, column);
      let b2 = load_b(k + 2, column);
      let b3 = load_b(k + 3, column);
      for (var r = 0u; r < ROWS; r++) {
        let a = load_a(r, k);
        sums[r] += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3;
      }
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    let row = first_row + i32(r * 8u + down);
    if (row < p.m && column < p.n) {
      if (Y_QUADS) {
        finish_quad(sums[r], item, row, column);
      } else {
        for (var j = 0; j < 4 && column + j < p.n; j++) {
          finish(sums[r][j], item, row, column + j);
        }
      }
    }
  }
}
