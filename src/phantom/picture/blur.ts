/** Separable running means: three in a row come close to a Gaussian. */

/** In place, `times` box blurs of 2 radius + 1 pixels along both axes; borders are repeated. */
export function boxBlur(
  data: Float32Array,
  width: number,
  height: number,
  radius: number,
  times: number,
): void {
  if (radius < 1) return;
  const line = new Float64Array(Math.max(width, height));
  for (let n = 0; n < times; n++) {
    for (let y = 0; y < height; y++) blurLine(data, y * width, 1, width, radius, line);
    for (let x = 0; x < width; x++) blurLine(data, x, width, height, radius, line);
  }
}

function blurLine(
  data: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
  line: Float64Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) line[i] = data[at];
  const last = count - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[i < 0 ? 0 : i > last ? last : i];
  const scale = 1 / (2 * radius + 1);
  for (let i = 0, at = start; i < count; i++, at += step) {
    data[at] = sum * scale;
    const enter = i + radius + 1;
    const leave = i - radius;
    sum += line[enter > last ? last : enter] - line[leave < 0 ? 0 : leave];
  }
}

/** In place: weights 1 2 1 along both axes. */
export function soften(data: Float32Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) softenRow(data, y * width, width);
  const above = data.slice(0, width);
  for (let y = 0; y < height - 1; y++) softenDown(data, y * width, above);
}

function softenRow(data: Float32Array, row: number, width: number): void {
  let left = data[row];
  for (let x = 0; x < width - 1; x++) {
    const here = data[row + x];
    data[row + x] = 0.25 * (left + data[row + x + 1]) + 0.5 * here;
    left = here;
  }
}

/** One row from itself, the row below, and `above`, which it leaves as it was itself. */
function softenDown(data: Float32Array, row: number, above: Float32Array): void {
  const below = row + above.length;
  for (let x = 0; x < above.length; x++) {
    const here = data[row + x];
    data[row + x] = 0.25 * (above[x] + data[below + x]) + 0.5 * here;
    above[x] = here;
  }
}

export interface Coarse {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly factor: number;
}

/** Means of factor x factor pixels. */
export function shrink(data: Float32Array, width: number, height: number, factor: number): Coarse {
  const w = Math.ceil(width / factor);
  const h = Math.ceil(height / factor);
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const y1 = Math.min(height, (y + 1) * factor);
    for (let x = 0; x < w; x++) {
      const x1 = Math.min(width, (x + 1) * factor);
      let sum = 0;
      for (let j = y * factor; j < y1; j++) for (let i = x * factor; i < x1; i++) sum += data[j * width + i];
      out[y * w + x] = sum / ((x1 - x * factor) * (y1 - y * factor));
    }
  }
  return { data: out, width: w, height: h, factor };
}

/**
 * Reads a coarse picture row by row at full width, bilinear between the centres of its pixels. The row it returns is
 * overwritten by the next.
 */
export function enlarger(coarse: Coarse, fullWidth: number): (y: number) => Float32Array {
  const { data, width, height, factor } = coarse;
  const out = new Float32Array(fullWidth);
  const row = new Float32Array(width + 1);
  const place = (at: number, count: number): { low: number; share: number } => {
    const f = Math.min(Math.max((at + 0.5) / factor - 0.5, 0), count - 1);
    const low = Math.min(Math.floor(f), Math.max(count - 2, 0));
    return { low, share: f - low };
  };
  const lows = new Int32Array(fullWidth);
  const shares = new Float32Array(fullWidth);
  for (let x = 0; x < fullWidth; x++) {
    const { low, share } = place(x, width);
    lows[x] = low;
    shares[x] = share;
  }
  return (y) => {
    const { low, share } = place(y, height);
    const top = low * width;
    const bottom = height > 1 ? top + width : top;
    for (let x = 0; x < width; x++) row[x] = data[top + x] + (data[bottom + x] - data[top + x]) * share;
    for (let x = 0; x < fullWidth; x++) {
      const k = lows[x];
      out[x] = row[k] + (row[k + 1] - row[k]) * shares[x];
    }
    return out;
  };
}
