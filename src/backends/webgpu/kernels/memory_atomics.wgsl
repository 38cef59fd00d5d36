// The arena as words that invocations may share: where several write elements of one word (bytes, halves), or count together.
@group(0) @binding(0) var<storage, read_write> arena: array<atomic<u32>>;

fn word(i: u32) -> u32 {
  return atomicLoad(&arena[i]);
}
fn set_word(i: u32, value: u32) {
  atomicStore(&arena[i], value);
}
// Others may change the other bits meanwhile.
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
// Elements of quads of halves start at even numbers.
fn load_quad_f16(element: u32) -> vec4<f32> {
  let at = element >> 1u;
  return vec4(unpack2x16float(word(at)), unpack2x16float(word(at + 1u)));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  let at = element >> 1u;
  set_word(at, pack2x16float(value.xy));
  set_word(at + 1u, pack2x16float(value.zw));
}
