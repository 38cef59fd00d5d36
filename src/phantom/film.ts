/**
 * From attenuation to stored values: hardening of the beam, scattered radiation, quantum noise, saturation, and what a
 * digital system does before it stores a picture (compression of the range, enhancement of detail, a curve).
 */
import { boxBlur, enlargeRow, shrink, soften } from "./picture/blur.ts";
import { clamp, exp, ln, mix } from "./picture/maths.ts";
import type { Random } from "./random.ts";

export interface Exposure {
  /** Photons per pixel behind the reference attenuation at 1000 pixels a side. */
  readonly photons: number;
  /** How much the effective attenuation falls with its own size. */
  readonly hardening: number;
  /** Scattered over primary radiation at the reference. */
  readonly scatter: number;
  /** 0: raw range, 1: all slow changes taken out. */
  readonly equalise: number;
  readonly detail: number;
  /** Steepness of the curve, and its shift in shares of the range. */
  readonly contrast: number;
  readonly brightness: number;
  /** Of the picture outside of the collimator: a black or grey shutter, or what scatter leaves there. */
  readonly shutter: "black" | "white" | "none";
  /** The value that saturates from above (metal, thick parts), as share of the range. */
  readonly ceiling: number;
}

export function drawExposure(random: Random): Exposure {
  return {
    photons: 520 * exp(random.range(-1, 1)),
    hardening: random.range(0.02, 0.045),
    scatter: random.range(0.15, 0.6),
    equalise: random.range(0.3, 0.72),
    detail: random.range(0.2, 1),
    contrast: random.range(0.85, 1.35),
    brightness: random.normal(0, 0.05),
    shutter: random.weighted({ black: 6, white: 2, none: 2 }),
    ceiling: random.range(0.94, 1.05),
  };
}

export interface Film {
  /** Attenuation, row-major; used up. */
  readonly map: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Pixels per millimetre. */
  readonly scale: number;
  readonly exposure: Exposure;
  /** Low, middle and high attenuation of the soft tissue in the open field: what the system is set to. */
  readonly reference: readonly [number, number, number];
  readonly mask: ((x: number, y: number) => number) | null;
  readonly noise: Random;
}

const CURVE = 2048;

/** Values 0 .. 4095; bright is dense. */
export function develop(film: Film): Uint16Array {
  const { map, width, height, scale, exposure, reference } = film;
  const count = width * height;
  const harden = (a: number): number => a / (1 + exposure.hardening * a);
  const [low, middle, high] = reference.map(harden);
  soften(map, width, height);
  const transmit = Float32Array.from({ length: 4097 }, (_, i) => exp(-i / 256));
  const primary = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const a = map[i] < 0 ? 0 : harden(map[i]);
    const at = a * 256;
    const k = at > 4095 ? 4095 : Math.floor(at);
    const t = at > 4095 ? 1 : at - k;
    primary[i] = transmit[k] + (transmit[k + 1] - transmit[k]) * t;
  }
  const mask = film.mask;
  if (mask !== null)
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) primary[i] *= 0.002 + 0.998 * mask(x + 0.5, y + 0.5);
  // Scatter: a wide blur of what reaches the patient's far side, bounded so that bare air does not flood the picture.
  const coarse = shrink(primary, width, height, 16);
  const ground = exp(-middle);
  for (let i = 0; i < coarse.data.length; i++) coarse.data[i] = Math.min(coarse.data[i], ground * 3);
  boxBlur(coarse.data, coarse.width, coarse.height, Math.max(1, Math.round((scale * 22) / 16)), 2);
  const scattered = new Float32Array(width);
  const quanta = exposure.photons * (1 / ground) * (1000 / Math.max(width, height)) ** 2;
  const floor = 2 / quanta;
  const draw = film.noise.next;
  for (let y = 0, i = 0; y < height; y++) {
    enlargeRow(coarse, y, scattered);
    for (let x = 0; x < width; x++, i++) {
      const signal = primary[i] + exposure.scatter * scattered[x];
      const bits = draw();
      // A sum of four bytes is nearly normal; its deviation is 147.8.
      const normal =
        ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8;
      const noisy = signal + normal * Math.sqrt((signal + floor) / quanta);
      map[i] = -ln(noisy > floor ? noisy : floor);
    }
  }
  soften(map, width, height);
  return display(film, low, middle, high);
}

function display(film: Film, low: number, middle: number, high: number): Uint16Array {
  const { map, width, height, scale, exposure, mask } = film;
  const { equalise, detail, contrast, brightness, ceiling } = exposure;
  const shift = ln(1 + exposure.scatter * 1.1);
  const [bottom, centre, top] = [low - shift, middle - shift * 0.9, high - shift * 0.7];
  const slow = shrink(map, width, height, 16);
  for (let i = 0; i < slow.data.length; i++) slow.data[i] = clamp(slow.data[i], bottom - 1, top + 1.2);
  boxBlur(slow.data, slow.width, slow.height, Math.max(1, Math.round((scale * 26) / 16)), 2);
  const fine = shrink(map, width, height, 4);
  boxBlur(fine.data, fine.width, fine.height, Math.max(1, Math.round((scale * 2.6) / 4)), 2);
  // What is left of the soft tissue's range, and room for bones above and gas below.
  const from = mix(bottom, centre, equalise) - 0.75;
  const to = mix(top, centre, equalise) + 1.05;
  const curve = new Float32Array(CURVE + 2);
  const half = 1 / (1 + exp(-contrast * 2.4));
  for (let i = 0; i < curve.length; i++) {
    const u = (i / CURVE - 0.5 + brightness) * 2;
    curve[i] = 0.5 + (1 / (1 + exp(-contrast * 2.4 * u)) - 0.5) / (2 * half - 1);
  }
  const out = new Uint16Array(width * height);
  const slowRow = new Float32Array(width);
  const fineRow = new Float32Array(width);
  const most = Math.min(1, ceiling) * 4095;
  for (let y = 0, i = 0; y < height; y++) {
    enlargeRow(slow, y, slowRow);
    enlargeRow(fine, y, fineRow);
    for (let x = 0; x < width; x++, i++) {
      const base = slowRow[x] - centre;
      const value = map[i] - equalise * base + detail * (map[i] - fineRow[x]);
      const at = clamp((value - from) / (to - from), 0, 1) * CURVE;
      const k = Math.floor(at);
      const shown = clamp(curve[k] + (curve[k + 1] - curve[k]) * (at - k), 0, 1) * 4095 * ceiling;
      let stored = shown > most ? most : shown;
      if (mask !== null && exposure.shutter !== "none") {
        const open = mask(x + 0.5, y + 0.5);
        stored = mix(exposure.shutter === "black" ? 0 : most, stored, open);
      }
      out[i] = Math.round(stored);
    }
  }
  return out;
}
