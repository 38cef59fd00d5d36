/**
 * From attenuation to stored values: hardening of the beam, scattered radiation, quantum noise, saturation, and what a
 * digital system does before it stores a picture (compression of the range, enhancement of detail, a curve).
 */
import { boxBlur, enlarger, shrink, soften } from "./picture/blur.ts";
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
  /** Fills a row with the collimator's opening, 0 to 1. */
  readonly mask: ((y: number, row: Float32Array) => void) | null;
  readonly noise: Random;
}

const CURVE = 2048;

/** Values 0 .. 4095; bright is dense. */
export function develop(film: Film): Uint16Array {
  const { map, width, height, scale, exposure, reference } = film;
  const harden = (a: number): number => a / (1 + exposure.hardening * a);
  const [low, middle, high] = reference.map(harden);
  soften(map, width, height);
  transmit(map, exposure.hardening);
  const mask = film.mask;
  if (mask !== null) {
    const open = new Float32Array(width);
    for (let y = 0; y < height; y++) {
      mask(y, open);
      collimateRow(map, y * width, open);
    }
  }
  // Scatter: a wide blur of what reaches the patient's far side, bounded so that bare air does not flood the picture.
  const coarse = shrink(map, width, height, 16);
  const ground = exp(-middle);
  for (let i = 0; i < coarse.data.length; i++) coarse.data[i] = Math.min(coarse.data[i], ground * 3);
  boxBlur(coarse.data, coarse.width, coarse.height, Math.max(1, Math.round((scale * 22) / 16)), 2);
  const scatteredAt = enlarger(coarse, width);
  const quanta = exposure.photons * (1 / ground) * (1000 / Math.max(width, height)) ** 2;
  let state = film.noise.next() | 1;
  for (let y = 0; y < height; y++)
    state = exposeRow(map, y * width, scatteredAt(y), exposure.scatter, quanta, state);
  logarithm(map);
  soften(map, width, height);
  return display(film, low, middle, high);
}

// Loops over pixels are functions of a row: called a thousand times per picture, each is compiled for good in the first.
// In one long function the compiler would begin anew behind every loop.

function collimateRow(map: Float32Array, at: number, open: Float32Array): void {
  for (let x = 0; x < open.length; x++) map[at + x] *= 0.002 + 0.998 * open[x];
}

/** Adds scatter and quantum noise; gives the state of the generator behind the row. */
function exposeRow(
  map: Float32Array,
  at: number,
  scattered: Float32Array,
  scatter: number,
  quanta: number,
  before: number,
): number {
  const floor = 2 / quanta;
  let state = before;
  for (let x = 0; x < scattered.length; x++) {
    const signal = map[at + x] + scatter * scattered[x];
    // xorshift32 (Marsaglia, 2003) in place, scrambled: a call per pixel would take most of the time.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const bits = Math.imul(state, 0x9e3779b1);
    // A sum of four bytes is nearly normal; its deviation is 147.8.
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    const normal = (sum - 510) / 147.8;
    const noisy = signal + normal * Math.sqrt((signal + floor) / quanta);
    map[at + x] = noisy > floor ? noisy : floor;
  }
  return state;
}

/** In place: exp(-a) of the hardened attenuation, from a table with linear steps. */
function transmit(map: Float32Array, hardening: number): void {
  const STEPS = 128;
  const most = 16 * STEPS;
  const table = new Float32Array(most + 2);
  for (let i = 0; i < table.length; i++) {
    const a = i / STEPS;
    table[i] = exp(-a / (1 + hardening * a));
  }
  for (let i = 0; i < map.length; i++) {
    let at = map[i] * STEPS;
    at = at < 0 ? 0 : at > most ? most : at;
    const k = at | 0;
    map[i] = table[k] + (table[k + 1] - table[k]) * (at - k);
  }
}

/** In place: minus the natural logarithm of positive normal float32, by exponent and a table of mantissas; error below 2e-4. */
function logarithm(map: Float32Array): void {
  const BITS = 12;
  const table = new Float32Array(1 << BITS);
  for (let i = 0; i < table.length; i++) table[i] = -ln(1 + (i + 0.5) / table.length);
  const bits = new Int32Array(map.buffer, map.byteOffset, map.length);
  for (let i = 0; i < map.length; i++) {
    const b = bits[i];
    map[i] = table[(b >> (23 - BITS)) & (table.length - 1)] - ((b >> 23) - 127) * Math.LN2;
  }
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
    const share = 0.5 + (1 / (1 + exp(-contrast * 2.4 * u)) - 0.5) / (2 * half - 1);
    curve[i] = clamp(share, 0, 1) * 4095 * ceiling;
  }
  const out = new Uint16Array(width * height);
  const slowAt = enlarger(slow, width);
  const fineAt = enlarger(fine, width);
  const open = new Float32Array(width).fill(1);
  const shutter = mask !== null && exposure.shutter !== "none";
  const most = Math.min(1, ceiling) * 4095;
  const closed = exposure.shutter === "black" ? 0 : most;
  const look: Look = {
    equalise,
    centre,
    detail,
    from,
    gain: CURVE / (to - from),
    curve,
    most,
    shutter,
    closed,
  };
  for (let y = 0; y < height; y++) {
    if (shutter) mask(y, open);
    displayRow(map, out, y * width, slowAt(y), fineAt(y), open, look);
  }
  return out;
}

interface Look {
  readonly equalise: number;
  readonly centre: number;
  readonly detail: number;
  readonly from: number;
  readonly gain: number;
  readonly curve: Float32Array;
  readonly most: number;
  readonly shutter: boolean;
  readonly closed: number;
}

function displayRow(
  map: Float32Array,
  out: Uint16Array,
  at: number,
  slow: Float32Array,
  fine: Float32Array,
  open: Float32Array,
  { equalise, centre, detail, from, gain, curve, most, shutter, closed }: Look,
): void {
  for (let x = 0; x < slow.length; x++) {
    const here = map[at + x];
    const value = here - equalise * (slow[x] - centre) + detail * (here - fine[x]);
    let place = (value - from) * gain;
    place = place < 0 ? 0 : place > CURVE ? CURVE : place;
    const k = place | 0;
    let stored = curve[k] + (curve[k + 1] - curve[k]) * (place - k);
    stored = stored > most ? most : stored;
    if (shutter) stored = closed + (stored - closed) * open[x];
    out[at + x] = stored + 0.5;
  }
}
