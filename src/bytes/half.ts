/** float16 (IEEE 754 binary16) and bfloat16 as their 16 bits, to and from float32. */

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  words[0] = bits << 16;
  return floats[0]!;
}

/** Exact: every binary16 is a float32. */
export function halvesToFloats(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  const raw = new Uint32Array(out.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    if ((half & 0x7c00) === 0x7c00) out[i] = halfToNumber(half);
    else {
      // Exponent and fraction in their new places; the biases differ by 112. Subnormal halves are subnormal floats here,
      // and the product is exact for them too.
      raw[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
      out[i] = out[i]! * 2 ** 112;
    }
  }
  return out;
}

/** Exact. */
export function bfloat16sToFloats(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  const raw = new Uint32Array(out.buffer);
  for (let i = 0; i < bits.length; i++) raw[i] = bits[i]! << 16;
  return out;
}

/**
 * The nearest binary16, ties to even (IEEE 754, roundTiesToEven): the relative error is at most 2^-11, or the absolute one
 * 2^-25 below 2^-14. From 65520 on the result is infinite; NaN stays NaN.
 */
export function floatsToHalves(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const raw = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < raw.length; i++) out[i] = halfOf(raw[i]!);
  return out;
}

function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more, infinity
  const exponent = (magnitude >>> 23) - 112; // bias 127 to bias 15
  // A subnormal float32 has no implicit one, but is far below the least binary16: it becomes 0 either way.
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const drop = exponent > 0 ? 13 : 14 - exponent;
  if (drop > 24) return sign;
  const kept = fraction >>> drop;
  const rest = fraction & ((1 << drop) - 1);
  const half = 1 << (drop - 1);
  const up = rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0;
  // The carry of rounding runs into the exponent, as it should.
  return sign | ((exponent > 0 ? (exponent - 1) << 10 : 0) + kept + up);
}
