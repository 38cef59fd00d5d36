// The arena as vectors of four words: one load or store for four floats. Whoever takes it writes whole quads only (a write to
// one component may write the others, too), and its quads start at multiples of four elements.
@group(0) @binding(0) var<storage, read_write> arena: array<vec4<u32>>;

fn word(i: u32) -> u32 {
  return arena[i >> 2u][i & 3u];
}
fn set_word(i: u32, value: u32) {
  arena[i >> 2u][i & 3u] = value;
}
fn set_bits(i: u32, mask: u32, bits: u32) {
  set_word(i, (word(i) & ~mask) | bits);
}
fn load_quad_f32(element: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(arena[element >> 2u]);
}
fn store_quad_f32(element: u32, value: vec4<f32>) {
  arena[element >> 2u] = bitcast<vec4<u32>>(value);
}
fn load_quad_f16(element: u32) -> vec4<f32> {
  let both = arena[element >> 3u];
  let half = select(both.xy, both.zw, (element & 4u) != 0u);
  return vec4(unpack2x16float(half.x), unpack2x16float(half.y));
}
fn store_quad_f16(element: u32, value: vec4<f32>) {
  set_word(element >> 1u, pack2x16float(value.xy));
  set_word((element >> 1u) + 1u, pack2x16float(value.zw));
}
