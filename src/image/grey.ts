/** Colour to grey: Rec. 601 luma in 16-bit fixed point, exactly as Pillow's convert("L"). */
import type { Samples } from "../backends/core.ts";

const RED = 19595;
const GREEN = 38470;
const BLUE = 7471; // the three sum to 65536
const HALF = 0x8000;

/** floor((19595 r + 38470 g + 7471 b + 32768) / 65536), for samples of any depth. */
export function luma(red: number, green: number, blue: number): number {
  return Math.floor((red * RED + green * GREEN + blue * BLUE + HALF) / 65536);
}

export interface ColourLayout {
  /** Samples per pixel: 3 or more; from the fourth on they are ignored. */
  readonly channels: number;
  /** Plane by plane instead of pixel by pixel. */
  readonly planar: boolean;
}

/** RGB samples to grey ones of the same type. samples.length is a multiple of channels. */
export function rgbToGrey<T extends Samples>(samples: T, { channels, planar }: ColourLayout): T {
  const pixels = samples.length / channels;
  const [step, plane] = planar ? [1, pixels] : [channels, 1];
  const grey = samples.slice(0, pixels) as T;
  for (let i = 0; i < pixels; i++) {
    const at = i * step;
    grey[i] = luma(samples[at], samples[at + plane], samples[at + 2 * plane]);
  }
  return grey;
}

/** One channel of interleaved or planar samples: the Y of YBR is grey already. */
export function channel<T extends Samples>(samples: T, { channels, planar }: ColourLayout, index: number): T {
  const pixels = samples.length / channels;
  if (planar) return samples.slice(index * pixels, (index + 1) * pixels) as T;
  const grey = samples.slice(0, pixels) as T;
  for (let i = 0; i < pixels; i++) grey[i] = samples[i * channels + index];
  return grey;
}
