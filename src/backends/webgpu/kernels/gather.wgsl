// y[o, j, i] = x[o, indices[j], i] as bits. An index outside is clamped and reported.
override X_TYPE: u32;
override Y_TYPE: u32;
struct Params {
  total: u32,
  n: i32,
  count: u32,
  inner: u32,
  x: u32,
  y: u32,
  indices: u32,
  error: u32,
  step: u32,
}
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = invocation(id, groups);
  if (i >= p.total) {
    return;
  }
  let slice = i / p.inner;
  let raw = bitcast<i32>(word(p.indices + slice % p.count));
  if (raw < -p.n || raw >= p.n) {
    set_word(p.error, p.step);
    set_word(p.error + 1u, bitcast<u32>(raw));
  }
  let index = clamp(select(raw, raw + p.n, raw < 0), 0, p.n - 1);
  let source = p.x + (slice / p.count * u32(p.n) + u32(index)) * p.inner + i % p.inner;
  if (X_TYPE == Y_TYPE) {
    store_bits(Y_TYPE, p.y + i, load_bits(X_TYPE, source));
  } else {
    store(Y_TYPE, p.y + i, load(X_TYPE, source));
  }
}
