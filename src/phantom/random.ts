/** Random numbers of one purpose in one picture: what one part draws never moves what another part draws. */
import { generator } from "../metrics/generator.ts";

export class Random {
  /** The next whole number in [0, 2^32). */
  readonly next: () => number;

  /** The stream is a function of the key's text alone. */
  constructor(key: string) {
    this.next = generator(hash32(key, 0));
  }

  /** [0, 1) */
  unit(): number {
    return this.next() / 4294967296;
  }

  /** [low, high) */
  range(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** Roughly normal (a sum of six uniforms), within 4.2 deviations. */
  normal(mean = 0, deviation = 1): number {
    let sum = -3;
    for (let i = 0; i < 6; i++) sum += this.unit();
    return mean + sum * deviation * Math.SQRT2;
  }

  /** low .. high, both included */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  sign(): 1 | -1 {
    return this.chance(0.5) ? 1 : -1;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)];
  }

  /** An entry's key with the probability of its weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let at = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      at -= weight;
      if (at < 0) return key;
    }
    return entries[entries.length - 1][0];
  }
}

/** FNV-1a over UTF-16 units, then murmur3's finaliser. */
export function hash32(text: string, salt: number): number {
  let h = (0x811c9dc5 ^ salt) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
