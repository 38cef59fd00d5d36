/** Random boxes, and the greedy definition of suppression as plain loops. */
import { random } from "../shim.ts";

export interface Scene {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
}

/** n boxes in a picture of side 1000, partly left of it; a tenth are repeated, and scores have ties. */
export function scene(n: number, seed: number): Scene {
  const next = random(seed);
  const boxes = new Float32Array(4 * n);
  for (let i = 0; i < n; i++) {
    if (i > 0 && next() < 0.1) {
      boxes.copyWithin(4 * i, 4 * (i - 1), 4 * i);
      continue;
    }
    const [x, y] = [next() * 1000 - 100, next() * 1000 - 100];
    boxes.set([x, y, x + next() * 200, y + next() * 200], 4 * i);
  }
  const scores = Float32Array.from({ length: n }, () => Math.round(next() * 500) / 500);
  const classes = Int32Array.from({ length: n }, () => Math.floor(next() * 7));
  return { boxes, scores, classes };
}

const f = Math.fround;

/** IoU of two boxes of `corners` in float32. */
export function overlap(corners: Float32Array, i: number, j: number): number {
  const [a, b] = [corners.subarray(4 * i, 4 * i + 4), corners.subarray(4 * j, 4 * j + 4)];
  const width = f(Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = f(Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  if (!(width > 0 && height > 0)) return 0;
  const area = (c: Float32Array): number => f(f(c[2] - c[0]) * f(c[3] - c[1]));
  const inside = f(width * height);
  return f(inside / f(f(area(a) + area(b)) - inside));
}

/** Boxes moved apart by class as the core does it. */
export function shifted({ boxes, classes }: Scene): Float32Array {
  const stride = f(boxes.reduce((most, value) => Math.max(most, value), -Infinity) + 1);
  return boxes.map((value, i) => value + f(classes[i >> 2] * stride));
}

export function greedy({ scores }: Scene, corners: Float32Array, threshold: number): number[] {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const kept: number[] = [];
  for (const i of order) if (!kept.some((k) => overlap(corners, k, i) > threshold)) kept.push(i);
  return kept;
}
