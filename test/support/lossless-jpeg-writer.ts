/** A lossless JPEG encoder (ITU-T T.81 annex H) with any predictor, precision, component count and restart interval. */

export interface LosslessOptions {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bits: number;
  readonly predictor: number;
  readonly transform?: number;
  /** Rows between restart markers; 0: none. */
  readonly restartRows?: number;
}

/** samples: interleaved. Category codes are 5 bits long but for 16, whose code has 10: both look-up paths are used. */
export function encodeLossless(samples: ArrayLike<number>, options: LosslessOptions): Uint8Array {
  const { width, height, components, bits, predictor, transform = 0, restartRows = 0 } = options;
  const out: number[] = [0xff, 0xd8];
  const word = (value: number) => [value >> 8, value & 255];
  const segment = (marker: number, content: number[]) =>
    out.push(0xff, marker, ...word(content.length + 2), ...content);
  const ids = Array.from({ length: components }, (_, i) => i + 1);
  segment(0xc4, [
    0,
    ...[0, 0, 0, 0, 16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ...Array.from({ length: 17 }, (_, i) => i),
  ]);
  segment(0xc3, [bits, ...word(height), ...word(width), components, ...ids.flatMap((id) => [id, 0x11, 0])]);
  if (restartRows > 0) segment(0xdd, word(restartRows * width));
  segment(0xda, [components, ...ids.flatMap((id) => [id, 0]), predictor, 0, transform]);
  let buffer = 0;
  let count = 0;
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) {
      buffer = (buffer << 1) | ((value >> bit) & 1);
      if (++count < 8) continue;
      out.push(buffer);
      if (buffer === 0xff) out.push(0);
      buffer = 0;
      count = 0;
    }
  };
  const align = () => {
    while (count !== 0) put(1, 1);
  };
  const at = (x: number, y: number, c: number) => samples[(y * width + x) * components + c] >> transform;
  for (let y = 0; y < height; y++) {
    const fresh = y === 0 || (restartRows > 0 && y % restartRows === 0);
    if (fresh && y > 0) {
      align();
      out.push(0xff, 0xd0 + ((y / restartRows - 1) % 8));
    }
    for (let x = 0; x < width; x++)
      for (let c = 0; c < components; c++) {
        const left = x > 0 ? at(x - 1, y, c) : 0;
        const above = y > 0 ? at(x, y - 1, c) : 0;
        const corner = x > 0 && y > 0 ? at(x - 1, y - 1, c) : 0;
        const predicted = fresh
          ? x === 0
            ? 1 << (bits - transform - 1)
            : left
          : x === 0
            ? above
            : [
                left,
                above,
                corner,
                left + above - corner,
                left + ((above - corner) >> 1),
                above + ((left - corner) >> 1),
                (left + above) >> 1,
              ][predictor - 1];
        // Differences are modulo 2^16, in -32767 .. 32768.
        let difference = (at(x, y, c) - predicted) & 0xffff;
        if (difference > 32768) difference -= 65536;
        const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
        if (size === 16) put(0b1000000000, 10);
        else put(size, 5);
        if (size > 0 && size < 16) put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
      }
  }
  align();
  out.push(0xff, 0xd9);
  return Uint8Array.from(out);
}
