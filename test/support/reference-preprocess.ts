/** The reference's way from stored samples to the classifier's input, in plain float64 arithmetic. */

/** Linear window, inversion for MONOCHROME1, min-max to 8 bits by truncation. */
export function referenceDisplay(
  samples: ArrayLike<number>,
  { center, width, bits, monochrome1 }: { center: number; width: number; bits: number; monochrome1: boolean },
): Uint8Array {
  const top = 2 ** bits - 1;
  const [c, w] = [center - 0.5, width - 1];
  let values = Float64Array.from(samples, (x) => {
    if (x <= c - w / 2) return 0;
    return x > c + w / 2 ? top : ((x - c) / w + 0.5) * top;
  });
  const extreme = (pick: (a: number, b: number) => number) => values.reduce((a, b) => pick(a, b));
  if (monochrome1) {
    const high = extreme(Math.max);
    values = values.map((x) => high - x);
  }
  const low = extreme(Math.min);
  values = values.map((x) => x - low);
  const high = extreme(Math.max);
  return Uint8Array.from(values, (x) => Math.trunc((x / high) * 255));
}

/** Pillow's BILINEAR on 8-bit grey: antialiased, 22-bit fixed point, horizontal pass first. */
export function referenceResize(
  grey: Uint8Array,
  [height, width]: readonly [number, number],
  [newHeight, newWidth]: readonly [number, number],
): Uint8Array {
  const horizontal = resample(width, newWidth);
  const vertical = resample(height, newHeight);
  const rows = new Uint8Array(height * newWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      rows[y * newWidth + x] = horizontal(x, (column) => grey[y * width + column]!);
    }
  }
  const out = new Uint8Array(newHeight * newWidth);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      out[y * newWidth + x] = vertical(y, (row) => rows[row * newWidth + x]!);
    }
  }
  return out;
}

function resample(size: number, newSize: number) {
  const scale = size / newSize;
  const reach = Math.max(scale, 1);
  const taps = Array.from({ length: newSize }, (_, index) => {
    const center = (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const last = Math.min(size, Math.trunc(center + reach + 0.5));
    const weights = Array.from({ length: last - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap - center + 0.5) / reach)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => Math.trunc((weight / sum) * 2 ** 22 + 0.5)) };
  });
  return (index: number, at: (source: number) => number): number => {
    const { first, weights } = taps[index]!;
    const total = weights.reduce((sum, weight, tap) => sum + weight * at(first + tap), 2 ** 21);
    return Math.max(0, Math.min(255, Math.floor(total / 2 ** 22)));
  };
}

/** [3, area] planes of grey minus mean. */
export function referencePlanes(grey: Uint8Array, mean: readonly number[]): Float32Array {
  return Float32Array.from(mean.flatMap((value) => Array.from(grey, (x) => x - value)));
}
