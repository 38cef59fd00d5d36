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
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let left = data[row];
    for (let x = 0; x < width - 1; x++) {
      const here = data[row + x];
      data[row + x] = 0.25 * (left + data[row + x + 1]) + 0.5 * here;
      left = here;
    }
  }
  const above = data.slice(0, width);
  for (let y = 0; y < height - 1; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const here = data[row + x];
      data[row + x] = 0.25 * (above[x] + data[row + width + x]) + 0.5 * here;
      above[x] = here;
    }
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

/** One row of the coarse picture at full width, bilinear between the centres of its pixels. */
export function enlargeRow({ data, width, height, factor }: Coarse, y: number, out: Float32Array): void {
  const fy = Math.min(Math.max((y + 0.5) / factor - 0.5, 0), height - 1);
  const y0 = Math.min(Math.floor(fy), Math.max(height - 2, 0));
  const ty = fy - y0;
  const top = y0 * width;
  const bottom = height > 1 ? top + width : top;
  for (let x = 0; x < out.length; x++) {
    const fx = Math.min(Math.max((x + 0.5) / factor - 0.5, 0), width - 1);
    const x0 = Math.min(Math.floor(fx), Math.max(width - 2, 0));
    const x1 = width > 1 ? x0 + 1 : x0;
    const tx = fx - x0;
    const a = data[top + x0] + (data[top + x1] - data[top + x0]) * tx;
    const b = data[bottom + x0] + (data[bottom + x1] - data[bottom + x0]) * tx;
    out[x] = a + (b - a) * ty;
  }
}
