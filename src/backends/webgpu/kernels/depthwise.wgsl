// Convolution of each channel by itself: one invocation for one element of y. Weights are packed [kernel position][channel].
override X_TYPE: u32;
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

// The position (y, x) of what the kernel slides over: an average over a window of the map.
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
