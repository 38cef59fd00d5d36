/** Tiles of band-limited noise, repeated without a seam. */
import type { Random } from "../random.ts";
import { clamp } from "./maths.ts";

export const TILE = 256;

export interface Texture {
  /** Nearest sample at (x, y) in tile pixels; about -1 to 1, mean 0. */
  at(x: number, y: number): number;
}

/** A sum of value noise with the given cell sizes (powers of two of the tile) and weights. */
export function texture(random: Random, octaves: readonly { cell: number; weight: number }[]): Texture {
  const data = new Float32Array(TILE * TILE);
  for (const { cell, weight } of octaves) {
    const n = TILE / cell;
    const grid = Float32Array.from({ length: n * n }, () => random.range(-weight, weight));
    for (let y = 0; y < TILE; y++) {
      const gy = Math.floor(y / cell);
      const ty = (y - gy * cell) / cell;
      const sy = ty * ty * (3 - 2 * ty);
      const row0 = gy * n;
      const row1 = ((gy + 1) % n) * n;
      for (let x = 0; x < TILE; x++) {
        const gx = Math.floor(x / cell);
        const tx = (x - gx * cell) / cell;
        const sx = tx * tx * (3 - 2 * tx);
        const next = (gx + 1) % n;
        const a = grid[row0 + gx] + (grid[row0 + next] - grid[row0 + gx]) * sx;
        const b = grid[row1 + gx] + (grid[row1 + next] - grid[row1 + gx]) * sx;
        data[y * TILE + x] += a + (b - a) * sy;
      }
    }
  }
  for (let i = 0; i < data.length; i++) data[i] = clamp(data[i], -1, 1);
  return { at: (x, y) => data[((Math.floor(y) & (TILE - 1)) << 8) | (Math.floor(x) & (TILE - 1))] };
}
