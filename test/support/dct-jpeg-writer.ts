/** A sequential DCT JPEG encoder (ITU-T T.81 annex F): grey, 8 or 12 bits, quantised by 1, optional restart markers. */

export interface DctOptions {
  readonly width: number;
  readonly height: number;
  readonly bits: 8 | 12;
  /** Blocks between restart markers; 0: none. */
  readonly restart?: number;
}

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];

/** All DC categories have codes of 5 bits, all AC symbols codes of 9. */
const AC_SYMBOLS = Array.from({ length: 256 }, (_, i) => i).filter((i) => (i & 15) <= 14);

export function encodeDct(
  samples: ArrayLike<number>,
  { width, height, bits, restart = 0 }: DctOptions,
): Uint8Array {
  const out: number[] = [0xff, 0xd8];
  const word = (value: number) => [value >> 8, value & 255];
  const segment = (marker: number, content: number[]) =>
    out.push(0xff, marker, ...word(content.length + 2), ...content);
  const counts = (length: number, count: number) =>
    Array.from({ length: 16 }, (_, i) => (i === length - 1 ? count : 0));
  segment(0xdb, [0, ...new Array(64).fill(1)]);
  segment(bits === 8 ? 0xc0 : 0xc1, [bits, ...word(height), ...word(width), 1, 1, 0x11, 0]);
  segment(0xc4, [0x00, ...counts(5, 16), ...Array.from({ length: 16 }, (_, i) => i)]);
  segment(0xc4, [0x10, ...counts(9, AC_SYMBOLS.length), ...AC_SYMBOLS]);
  if (restart > 0) segment(0xdd, word(restart));
  segment(0xda, [1, 1, 0x00, 0, 63, 0]);
  let buffer = 0;
  let filled = 0;
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) {
      buffer = (buffer << 1) | ((value >> bit) & 1);
      if (++filled < 8) continue;
      out.push(buffer, ...(buffer === 0xff ? [0] : []));
      buffer = 0;
      filled = 0;
    }
  };
  const align = () => {
    while (filled !== 0) put(1, 1);
  };
  const sizeOf = (value: number) => (value === 0 ? 0 : 32 - Math.clz32(Math.abs(value)));
  const amplitude = (value: number, size: number) => put(value < 0 ? value + (1 << size) - 1 : value, size);
  const across = Math.ceil(width / 8);
  const blocks = across * Math.ceil(height / 8);
  let previous = 0;
  for (let block = 0; block < blocks; block++) {
    if (restart > 0 && block > 0 && block % restart === 0) {
      align();
      out.push(0xff, 0xd0 + ((block / restart - 1) % 8));
      previous = 0;
    }
    const [left, top] = [(block % across) * 8, Math.floor(block / across) * 8];
    const at = (x: number, y: number) =>
      samples[Math.min(height - 1, top + y) * width + Math.min(width - 1, left + x)] - 2 ** (bits - 1);
    const coefficients = forwardDct(at);
    const dc = coefficients[0] - previous;
    previous = coefficients[0];
    put(sizeOf(dc), 5);
    amplitude(dc, sizeOf(dc));
    let zeros = 0;
    for (let k = 1; k < 64; k++) {
      const value = coefficients[ZIGZAG[k]];
      if (value === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 15; zeros -= 16) put(AC_SYMBOLS.indexOf(0xf0), 9);
      put(AC_SYMBOLS.indexOf(zeros * 16 + sizeOf(value)), 9);
      amplitude(value, sizeOf(value));
      zeros = 0;
    }
    if (zeros > 0) put(AC_SYMBOLS.indexOf(0), 9);
  }
  align();
  out.push(0xff, 0xd9);
  return Uint8Array.from(out);
}

/** T.81 A.3.3, rounded. */
function forwardDct(at: (x: number, y: number) => number): number[] {
  const scale = (u: number) => (u === 0 ? Math.SQRT1_2 : 1) / 2;
  return Array.from({ length: 64 }, (_, i) => {
    const [v, u] = [i >> 3, i & 7];
    let sum = 0;
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++)
        sum +=
          at(x, y) * Math.cos(((2 * x + 1) * u * Math.PI) / 16) * Math.cos(((2 * y + 1) * v * Math.PI) / 16);
    return Math.round(scale(u) * scale(v) * sum);
  });
}
