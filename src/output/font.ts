/**
 * The font of pictures: one stroke of round ends per line, on a grid with the baseline at 0, capitals 10 high, small
 * letters 7, descenders to -3. M and L move and draw to a point; H and V draw a quarter of an ellipse that leaves
 * horizontally or vertically.
 */
interface Glyph {
  /** Grid units, without side bearings. */
  readonly width: number;
  readonly path: string;
}

const GLYPHS: Readonly<Record<string, Glyph>> = Object.fromEntries(
  (
    [
      [" ", 2, ""],
      ["!", 0, "M0 10L0 3.2M0 .1L0 .3"],
      ['"', 2, "M0 10L0 7.4M2 10L2 7.4"],
      ["#", 7.4, "M1.6 0L3 10M4.4 0L5.8 10M0 3.2L7 3.2M.4 6.8L7.4 6.8"],
      ["$", 6, "M5.6 8V3 10H.3 7.6V3 5.2H6 2.6V3 0H0 2.2M3 11.4L3 -1.4"],
      ["%", 8, "M7.2 10L.8 0M1.8 10H3.6 7.7V1.8 5.4H0 7.7V1.8 10M6.2 4.6H8 2.3V6.2 0H4.4 2.3V6.2 4.6"],
      ["&", 6.8, "M6.8 0L1.5 6.7L1.2 8V2.8 10H4.4 8L4 6.7L1 4.5L0 2.6V2.5 0H6.3 4.2"],
      ["'", 0, "M0 10L0 7.4"],
      ["(", 2, "M2 11.2L.7 8.6L0 4.6L.7 .6L2 -2"],
      [")", 2, "M0 11.2L1.3 8.6L2 4.6L1.3 .6L0 -2"],
      ["*", 3.8, "M1.9 10L1.9 5.6M0 8.9L3.8 6.7M0 6.7L3.8 8.9"],
      ["+", 5.6, "M2.8 1.8L2.8 7.4M0 4.6L5.6 4.6"],
      [",", 0.6, "M.6 .3L.5 -.2L0 -1.8"],
      ["-", 3.2, "M0 4.1L3.2 4.1"],
      [".", 0, "M0 .1L0 .3"],
      ["/", 4, "M0 -1L4 10.6"],
      ["0", 5.6, "M2.8 10H5.6 6.4L5.6 3.6V2.8 0H0 3.6L0 6.4V2.8 10"],
      ["1", 5.6, "M.9 7.8L3.3 10L3.3 0"],
      ["2", 5.6, "M.2 7.5V2.8 10H5.4 7.4L5.1 6.2L4.3 4.8L.1 0L5.6 0"],
      ["3", 5.6, "M.3 8.1V2.7 10H5.2 7.7V2.7 5.4L2 5.4M2.7 5.4H5.6 2.7V2.7 0H0 2"],
      ["4", 5.6, "M4.3 0L4.3 10L0 2.7L5.7 2.7"],
      ["5", 5.6, "M5.1 10L.8 10L.5 5.3L1.5 6L2.7 6.2H5.6 3.1V2.7 0H0 1.9"],
      ["6", 5.6, "M4.8 10H0 3.6V2.8 0H5.6 3.1V2.8 6.1H0 3.2"],
      ["7", 5.6, "M0 10L5.6 10L2 0"],
      ["8", 5.6, "M2.8 10H5.3 7.7V2.8 5.4H.3 7.7V2.8 10M2.8 5.4H5.6 2.7V2.8 0H0 2.7V2.8 5.4"],
      ["9", 5.6, "M.8 0H5.6 6.4V2.8 10H0 6.9V2.8 3.9H5.6 6.8"],
      [":", 0, "M0 .1L0 .3M0 6L0 6.2"],
      [";", 0.6, "M.6 .3L.5 -.2L0 -1.8M.6 6L.6 6.2"],
      ["<", 5, "M5 8L0 4.6L5 1.2"],
      ["=", 5.4, "M0 3L5.4 3M0 6.2L5.4 6.2"],
      [">", 5, "M0 8L5 4.6L0 1.2"],
      ["?", 5, "M0 8V2.5 10H5 7.6L4.6 6.4L2.9 4.9L2.5 3.2M2.5 .1L2.5 .3"],
      ["@", 9, "M6.3 4.6V4.5 6.6H2.7 4.5V4.5 2.4H6.3 4.4L6.3 3.6V7.6 2.4H9 5V4.5 9.4H0 4.2V4.5 -1.4L6.6 -1"],
      ["A", 7.2, "M0 0L3.6 10L7.2 0M1.25 3.3L5.95 3.3"],
      ["B", 6, "M0 0L0 10L3.2 10H5.6 7.7V3.2 5.3L0 5.3M3.2 5.3H6 2.7V3.2 0L0 0"],
      ["C", 6.8, "M6.8 7.7V3.7 10H0 5V3.7 0H6.8 2.3"],
      ["D", 6.8, "M0 0L0 10L2.6 10H6.8 5V2.6 0L0 0"],
      ["E", 5.4, "M5.4 10L0 10L0 0L5.4 0M0 5.2L4.8 5.2"],
      ["F", 5.2, "M5.2 10L0 10L0 0M0 5L4.6 5"],
      ["G", 7, "M6.8 7.8V3.7 10H0 5V3.7 0H7 3L7 4.6L4.2 4.6"],
      ["H", 6.6, "M0 0L0 10M6.6 0L6.6 10M0 5.2L6.6 5.2"],
      ["I", 0, "M0 0L0 10"],
      ["J", 4.4, "M4.4 10L4.4 2.8V2.2 0H0 2.4"],
      ["K", 6.2, "M0 0L0 10M6 10L0 4.2M2.3 6.4L6.2 0"],
      ["L", 5, "M0 10L0 0L5 0"],
      ["M", 8, "M0 0L0 10L4 3L8 10L8 0"],
      ["N", 6.8, "M0 0L0 10L6.8 0L6.8 10"],
      ["O", 7.4, "M3.7 10H7.4 5V3.7 0H0 5V3.7 10"],
      ["P", 5.9, "M0 0L0 10L3.2 10H5.9 7.3V3.2 4.6L0 4.6"],
      ["Q", 7.6, "M3.7 10H7.4 5V3.7 0H0 5V3.7 10M4.6 2.6L7.6 -.8"],
      ["R", 6.2, "M0 0L0 10L3.2 10H5.9 7.3V3.2 4.6L0 4.6M3.1 4.6L6.2 0"],
      ["S", 6, "M5.6 8V3 10H.3 7.6V3 5.2H6 2.6V3 0H0 2.2"],
      ["T", 6.4, "M0 10L6.4 10M3.2 10L3.2 0"],
      ["U", 6.6, "M0 10L0 3.4V3.3 0H6.6 3.4L6.6 10"],
      ["V", 7, "M0 10L3.5 0L7 10"],
      ["W", 10, "M0 10L2.5 0L5 9L7.5 0L10 10"],
      ["X", 6.4, "M0 0L6.4 10M0 10L6.4 0"],
      ["Y", 6.6, "M0 10L3.3 5L6.6 10M3.3 5L3.3 0"],
      ["Z", 6, "M0 10L6 10L0 0L6 0"],
      ["[", 2, "M2 11.2L0 11.2L0 -2L2 -2"],
      ["\\", 4, "M0 10.6L4 -1"],
      ["]", 2, "M0 11.2L2 11.2L2 -2L0 -2"],
      ["^", 4.8, "M0 7L2.4 10L4.8 7"],
      ["_", 5.6, "M0 -1.6L5.6 -1.6"],
      ["`", 1.4, "M0 10.4L1.4 8.6"],
      ["a", 5, "M.4 5.5V2.6 7H5 4.5L5 0M5 4L2.2 4H0 2V2.2 0H5 2.4"],
      ["b", 5.4, "M0 0L0 10M0 3.5V2.7 7H5.4 3.5V2.7 0H0 3.5"],
      ["c", 4.8, "M4.7 5.4V2.6 7H0 3.5V2.6 0H4.8 1.6"],
      ["d", 5.4, "M5.4 0L5.4 10M5.4 3.5V2.7 7H0 3.5V2.7 0H5.4 3.5"],
      ["e", 5.2, "M0 3.6L5.2 3.6V2.6 7H0 3.5V2.7 0H5 1.6"],
      ["f", 3.4, "M3.4 10H1.3 8L1.3 0M0 7L3.2 7"],
      ["g", 5.4, "M5.4 7L5.4 -.5V2.7 -3H.3 -1.7M5.4 3.5V2.7 7H0 3.5V2.7 0H5.4 3.5"],
      ["h", 5, "M0 0L0 10M0 4V2.6 7H5 4.4L5 0"],
      ["i", 0, "M0 0L0 7M0 9.5L0 9.8"],
      ["j", 1.4, "M1.4 7L1.4 -1.2V0 -3M1.4 9.5L1.4 9.8"],
      ["k", 4.9, "M0 0L0 10M4.6 7L0 2.7M1.7 4.3L4.9 0"],
      ["l", 1.2, "M0 10L0 1.4V1.2 0"],
      ["m", 8.4, "M0 0L0 7M0 4V2.2 7H4.2 4.4L4.2 0M4.2 4V6.4 7H8.4 4.4L8.4 0"],
      ["n", 5, "M0 0L0 7M0 4V2.6 7H5 4.4L5 0"],
      ["o", 5.4, "M2.7 7H5.4 3.5V2.7 0H0 3.5V2.7 7"],
      ["p", 5.4, "M0 7L0 -3M0 3.5V2.7 7H5.4 3.5V2.7 0H0 3.5"],
      ["q", 5.4, "M5.4 7L5.4 -3M5.4 3.5V2.7 7H0 3.5V2.7 0H5.4 3.5"],
      ["r", 3.1, "M0 0L0 7M0 4V2.5 7L3.1 7"],
      ["s", 4.6, "M4.3 5.5V2.3 7H.3 5.3V2.3 3.6H4.6 1.8V2.3 0H0 1.5"],
      ["t", 3.3, "M1.2 9.2L1.2 1.8V3 0L3.3 0M0 7L3.2 7"],
      ["u", 5, "M0 7L0 2.6V2.4 0H5 3M5 7L5 0"],
      ["v", 5, "M0 7L2.5 0L5 7"],
      ["w", 7.6, "M0 7L1.9 0L3.8 6.4L5.7 0L7.6 7"],
      ["x", 4.8, "M0 0L4.8 7M0 7L4.8 0"],
      ["y", 5, "M0 7L2.5 0M5 7L1.4 -3"],
      ["z", 4.4, "M0 7L4.4 7L0 0L4.4 0"],
      ["{", 2.6, "M2.6 11.2L1.5 10.6L1.2 9L1.2 6L.9 5.1L0 4.6L.9 4.1L1.2 3.2L1.2 .2L1.5 -1.4L2.6 -2"],
      ["|", 0, "M0 11.2L0 -2"],
      ["}", 2.6, "M0 11.2L1.1 10.6L1.4 9L1.4 6L1.7 5.1L2.6 4.6L1.7 4.1L1.4 3.2L1.4 .2L1.1 -1.4L0 -2"],
      ["~", 5.4, "M0 4L.8 5.2L1.9 5.4L3.5 4.2L4.6 4.4L5.4 5.6"],
    ] as const
  ).map(([character, width, path]) => [character, { width, path }]),
);

/** Height of the grid's unit in ems: capitals are 0.72 em high. */
export const UNIT = 0.072;
const BEARING = 1.15;
const CURVE_STEPS = 5;

/** Grid units from the start of one character to the next. */
const advance = (character: string): number => GLYPHS[character].width + 2 * BEARING;

/**
 * The text in the characters that the font has: accents are dropped, blanks are single spaces, anything else becomes
 * "?".
 */
export function printable(text: string): string {
  return Array.from(text.normalize("NFKD").replace(/\p{M}/gu, ""), (character) =>
    /\s/.test(character) ? " " : Object.hasOwn(GLYPHS, character) ? character : "?",
  )
    .join("")
    .replace(/ +/g, " ");
}

/** Width of printable text in pixels at `size` pixels per em. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const character of text) units += advance(character);
  return units * UNIT * size;
}

/** Lines through points x, y, x, y, ... in pixels, y downwards. */
export type Polyline = readonly number[];

/** The strokes of printable text that starts at (x, baseline). */
export function textStrokes(text: string, x: number, baseline: number, size: number): Polyline[] {
  const scale = UNIT * size;
  const lines: number[][] = [];
  let left = x;
  for (const character of text) {
    const from = left + BEARING * scale;
    for (const line of strokesOf(character))
      lines.push(line.map((value, i) => (i % 2 === 0 ? from + value * scale : baseline - value * scale)));
    left += advance(character) * scale;
  }
  return lines;
}

const known = new Map<string, Polyline[]>();

/** In grid units, y upwards. */
function strokesOf(character: string): Polyline[] {
  const before = known.get(character);
  if (before !== undefined) return before;
  const lines: number[][] = [];
  let [x, y] = [0, 0];
  for (const [, command, toX, toY] of GLYPHS[character].path.matchAll(/([MLHV])(-?[\d.]+) (-?[\d.]+)/g)) {
    const [endX, endY] = [Number(toX), Number(toY)];
    if (command === "M") lines.push([]);
    const line = lines[lines.length - 1];
    const steps = command === "H" || command === "V" ? CURVE_STEPS : 1;
    for (let step = 1; step <= steps; step++) {
      const angle = (step / steps) * (Math.PI / 2);
      const [late, early] = steps === 1 ? [1, 1] : [1 - Math.cos(angle), Math.sin(angle)];
      const [alongX, alongY] = command === "H" ? [early, late] : [late, early];
      line.push(x + (endX - x) * alongX, y + (endY - y) * alongY);
    }
    [x, y] = [endX, endY];
  }
  known.set(character, lines);
  return lines;
}
