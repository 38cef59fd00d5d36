/**
 * Elementary functions from + - * / and square roots only, which IEEE 754 fixes to the last bit: a picture has the same
 * bytes on every machine, whatever its mathematics library.
 */

const PI = Math.PI;
const LN2 = Math.LN2;

export const radians = (degrees: number): number => (degrees * PI) / 180;

/** Taylor series after reduction to [-pi/2, pi/2]; error below 1e-9. */
export function sin(x: number): number {
  const turns = Math.round(x / PI);
  const r = x - turns * PI;
  const q = r * r;
  const series =
    r * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * (1 - (q / 110) * (1 - q / 156))))));
  return turns % 2 === 0 ? series : -series;
}

export const cos = (x: number): number => sin(x + PI / 2);

/** Taylor series after reduction to [-ln 2 / 2, ln 2 / 2]. */
export function exp(x: number): number {
  const k = Math.round(x / LN2);
  const r = x - k * LN2;
  let series = 1;
  for (let n = 11; n > 0; n--) series = 1 + (r / n) * series;
  const factor = k < 0 ? 0.5 : 2;
  for (let i = Math.abs(k); i > 0; i--) series *= factor;
  return series;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Natural logarithm of a positive, normal float32; error below 1e-6. */
export function ln(x: number): number {
  float[0] = x;
  let exponent = (bits[0] >> 23) - 127;
  bits[0] = (bits[0] & 0x7fffff) | 0x3f800000;
  let m = float[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent++;
  }
  const y = (m - 1) / (m + 1);
  const q = y * y;
  return exponent * LN2 + 2 * y * (1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q / 9))));
}

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** 0 below `low`, 1 above `high`, a cubic between. */
export function smoothStep(low: number, high: number, x: number): number {
  const t = clamp((x - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}

/** Linear between the knots (x rising), constant beyond them. */
export function interpolate(knots: readonly (readonly [number, number])[], x: number): number {
  if (x <= knots[0][0]) return knots[0][1];
  for (let i = 1; i < knots.length; i++) {
    const [x1, y1] = knots[i];
    if (x <= x1) {
      const [x0, y0] = knots[i - 1];
      return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
    }
  }
  return knots[knots.length - 1][1];
}
