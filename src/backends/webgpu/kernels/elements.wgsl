// Elements of the arena by their type, counted from its start in elements of that type. Follows a memory_*.wgsl.
const F32 = 0u;
const I32 = 1u;
const U8 = 2u;
const F16 = 3u;

// Every kernel runs 64 invocations to a workgroup.
const GROUP = 64u;

fn bytes_of(element_type: u32) -> u32 {
  return select(select(4u, 2u, element_type == F16), 1u, element_type == U8);
}

// The bits as they are, below those of wider elements.
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

// Floats of either precision.
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

// Dispatches of more than 65535 workgroups are folded into rows of them.
fn invocation(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x * GROUP;
}
fn group_number(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x;
}
