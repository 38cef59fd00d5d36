/** A picture that looks a little like a lateral lumbar spine, drawn by arithmetic. */
import { random } from "../../test/shim.ts";

const BODIES = 6;
const NOISE_SEED = 7;

/** Row-major grey values, 0 to 2^bits - 1, both ends reached. Only sums, products and roots: the same everywhere. */
export function drawPhantom(height: number, width: number, bits: number): Float64Array {
  const next = random(NOISE_SEED);
  const picture = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const light = tissue((column + 0.5) / width, (row + 0.5) / height);
      picture[row * width + column] = light + 0.03 * (next() - 0.5);
    }
  }
  const low = picture.reduce((a, b) => Math.min(a, b));
  const high = picture.reduce((a, b) => Math.max(a, b));
  const top = 2 ** bits - 1;
  return picture.map((value) => Math.round(((value - low) / (high - low)) * top));
}

/** Brightness at x, y in 0..1: soft tissue that fades to the sides, a curved column of bodies, a rear row of arches. */
function tissue(x: number, y: number): number {
  const center = 0.46 + 0.28 * (y - 0.5) * (y - 0.5);
  const fromCenter = Math.abs(x - 0.5) * 2;
  let light = 0.45 * (1 - fromCenter * fromCenter) + 0.12 * y;
  const pitch = 1 / BODIES;
  const index = Math.floor(y / pitch);
  const v = (y - (index + 0.5) * pitch) / pitch;
  const halfWidth = 0.13 + 0.04 * y;
  const u = (x - center) / halfWidth;
  const body = edge(1 - Math.abs(u), 0.12) * edge(0.4 - Math.abs(v), 0.06);
  const rim =
    edge(1 - Math.abs(u), 0.12) * edge(0.4 - Math.abs(v), 0.06) * (1 - edge(0.33 - Math.abs(v), 0.06));
  light += 0.3 * body + 0.18 * rim;
  const arch = Math.sqrt(((u - 1.75) / 0.5) ** 2 + ((v - 0.15) / 0.3) ** 2);
  return light + 0.16 * edge(1 - arch, 0.4);
}

/** 0 below zero, 1 above `softness`, smooth between. */
function edge(distance: number, softness: number): number {
  const t = Math.min(1, Math.max(0, distance / softness));
  return t * t * (3 - 2 * t);
}
