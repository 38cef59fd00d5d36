/** Tiles of band-limited noise, repeated without a seam. */
import type { Random } from "../random.ts";
import { clamp } from "./maths.ts";

export const TILE = 256;

export interface Texture {
  /** TILE * TILE samples, about -1 to 1, mean 0. */
  readonly data: Float32Array;
  /** The nearest sample; x and y are tile pixels, of any size. */
  at(x: number, y: number): number;
}

/** A sum of value noise with the given cell sizes (powers of two of the tile) and weights. */
export function texture(random: Random, octaves: readonly { cell: number; weight: number }[]): Texture {
  const data = new Float32Array(TILE * TILE);
  const shares = new Float32Array(TILE);
  for (const { cell, weight } of octaves) {
    const n = TILE / cell;
    const grid = new Float32Array(n * n);
    for (let i = 0; i < grid.length; i++) grid[i] = random.range(-weight, weight);
    for (let i = 0; i < TILE; i++) {
      const t = (i % cell) / cell;
      shares[i] = t * t * (3 - 2 * t);
    }
    const row = new Float32Array(n + 1);
    for (let y = 0; y < TILE; y++) {
      const gy = Math.floor(y / cell);
      const row0 = gy * n;
      const row1 = ((gy + 1) % n) * n;
      for (let g = 0; g < n; g++) row[g] = grid[row0 + g] + (grid[row1 + g] - grid[row0 + g]) * shares[y];
      row[n] = row[0];
      for (let g = 0, x = 0, at = y * TILE; g < n; g++)
        for (let k = 0; k < cell; k++, x++, at++) data[at] += row[g] + (row[g + 1] - row[g]) * shares[x];
    }
  }
  for (let i = 0; i < data.length; i++) data[i] = clamp(data[i], -1, 1);
  return { data, at: (x, y) => data[((Math.floor(y) & (TILE - 1)) << 8) | (Math.floor(x) & (TILE - 1))] };
}
