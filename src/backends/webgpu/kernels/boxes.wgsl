// Anchors, boxes from deltas, clipping: one invocation for one box. Formulas: native/detection/{anchors,box_codec}.h.
override KIND: u32; // 0 anchors, 1 decode, 2 clip
struct Params {
  count: u32,
  boxes: u32, // anchors: their shapes
  other: u32, // decode: deltas; clip: the picture's height and width
  y: u32,
  groups: u32, // anchors: shapes to a place
  width: u32, // anchors: of the map
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
// Both let what is not a number pass.
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
