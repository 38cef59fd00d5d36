/** Colours of lesion classes on grey radiographs, and of the frame around them. */

/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

/**
 * Okabe and Ito's colours (Color Universal Design, 2008), told apart with colour-blind eyes too; the lightest come first,
 * since most of a radiograph is dark.
 */
const CLASS_COLOURS: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [240, 228, 66],
  [204, 121, 167],
  [0, 158, 115],
  [213, 94, 0],
  [0, 114, 178],
];

/** By class index; from the eighth class on colours repeat, and numbers and names tell classes apart. */
export const classColour = (index: number): Rgb =>
  CLASS_COLOURS[((index % CLASS_COLOURS.length) + CLASS_COLOURS.length) % CLASS_COLOURS.length];

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];
/** Around the picture: nearly black, as film readers like it. */
export const BACKGROUND: Rgb = [18, 21, 26];
export const TEXT: Rgb = [236, 239, 243];
export const FAINT: Rgb = [163, 171, 181];
export const TRACK: Rgb = [58, 65, 75];
/** Of the verdict; words say the same. */
export const ABNORMAL: Rgb = [255, 138, 76];
export const NORMAL: Rgb = [92, 200, 160];

/** Relative luminance of WCAG 2.1, 0..1. */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio of WCAG 2.1, 1..21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on it. */
export const textOn = (fill: Rgb): Rgb => (contrast(fill, BLACK) >= contrast(fill, WHITE) ? BLACK : WHITE);

export const hex = (colour: Rgb): string =>
  `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
