// The arena as single words. Elements narrower than a word are only read.
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;

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
// Elements of quads of halves start at even numbers.
fn load_quad_f16(element: u32) -> vec4<f32> {
  let at = element >> 1u;
  return vec4(unpack2x16float(arena[at]), unpack2x16float(arena[at + 1u]));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  let at = element >> 1u;
  arena[at] = pack2x16float(value.xy);
  arena[at + 1u] = pack2x16float(value.zw);
}
