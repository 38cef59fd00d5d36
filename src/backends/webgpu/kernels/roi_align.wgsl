// RoIAlign of regions on one nhwc map, or each on its level of a pyramid: one invocation for one element of y. As ONNX
// RoiAlign: samples beyond one pixel outside the map count as 0; the maximum is over the weighted neighbours of all samples.
// A region that is not finite gives zeros, as does one with 2^24 samples or more along an axis of a bin.
override X_TYPE: u32;
override Y_TYPE: u32;
override MAXIMUM: bool;
override LEVELS: u32; // 0: one map, and `batch` says which image
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
  // Of each level: first element, height, width, pixel stride.
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
// Samples of bin b that can lie in [-1, size], as (first, last): visiting all of a huge region could take for ever.
fn sample_range(axis: Axis, b: f32) -> vec2<i32> {
  let step = axis.bin / axis.grid;
  let begin = axis.start + b * axis.bin;
  let enter = (-1.0 - begin) / step;
  let leave = (f32(axis.size) - begin) / step;
  // An aligned region whose corners are swapped is sampled backwards.
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

// floor(canonical_level + log2(sqrt(area) / canonical_size + 1e-8)), counted from the lowest level. The exponent's bits give
// the floor; just below a power of two the sum of the formula is rounded up to it.
fn level_of(box: vec4<f32>) -> u32 {
  let area = (box.z - box.x) * (box.w - box.y);
  if (!(area > 0.0) || !is_finite(area)) {
    return select(0u, LEVELS - 1u, area > 0.0 && !is_nan(area));
  }
  let size = sqrt(area) / p.canonical_size + 1e-8;
  let bits = bitcast<u32>(size);
  let octave = i32(bits >> 23u) - 127;
  let missing = 1.0 - bitcast<f32>((bits & 0x7fffffu) | 0x3f000000u); // to the next power of two, as a share of it
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
