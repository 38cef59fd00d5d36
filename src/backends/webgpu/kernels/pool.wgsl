// Max, average and Lp pooling of nhwc maps. Padding never counts as an element; COUNT_PAD counts its positions in the divisor.
override X_TYPE: u32;
override Y_TYPE: u32;
override MODE: u32; // POOL_MODES of src/plan/steps.ts
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
