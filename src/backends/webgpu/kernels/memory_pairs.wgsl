// The arena as vectors of two words: one load or store for four halves. Whoever takes it writes whole pairs only, and its
// quads start at multiples of four elements.
@group(0) @binding(0) var<storage, read_write> arena: array<vec2<u32>>;

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
