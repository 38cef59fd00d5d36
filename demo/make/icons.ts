/** The page's icon: four vertebrae, one of them marked. */
import { encodePng } from "../../src/image/png-write.ts";
import { Canvas } from "../../src/output/canvas.ts";
import { hex, type Rgb } from "../../src/output/colours.ts";
import type { Rect } from "../../src/output/scene.ts";

const GROUND: Rgb = [16, 24, 34];
const BONE: Rgb = [206, 220, 234];
const MARK: Rgb = [255, 154, 84];

/** In a square of 100: a column that bends once. */
const VERTEBRAE: readonly Rect[] = [-5, 2, 4, 0].map((bend, i) => ({
  x: 50 - 17 - i * 1.5 + bend,
  y: 14 + i * 19,
  width: 34 + i * 3,
  height: 13,
}));
const MARKED = 2;
const around = ({ x, y, width, height }: Rect): Rect => ({
  x: x - 5,
  y: y - 4.5,
  width: width + 10,
  height: height + 9,
});

/** Square, for all of the picture; `maskable` leaves the rim that phones cut off empty. */
export function iconPng(size: number, maskable: boolean): Uint8Array {
  const canvas = new Canvas(size, size, GROUND);
  const share = maskable ? 0.72 : 0.94;
  const place = ({ x, y, width, height }: Rect): Rect => {
    const at = (value: number): number => (50 + (value - 50) * share) * (size / 100);
    return { x: at(x), y: at(y), width: (width * share * size) / 100, height: (height * share * size) / 100 };
  };
  for (const vertebra of VERTEBRAE) canvas.fill(place(vertebra), BONE, 1, (3.4 * share * size) / 100);
  canvas.outline(place(around(VERTEBRAE[MARKED]!)), MARK, (3 * share * size) / 100, 1);
  return encodePng({ pixels: canvas.rgb, width: size, height: size }, 3);
}

export function iconSvg(): string {
  const rect = ({ x, y, width, height }: Rect, more: string): string =>
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${more}/>`;
  const bones = VERTEBRAE.map((vertebra) => rect(vertebra, `rx="3.4" fill="${hex(BONE)}"`));
  const mark = rect(
    around(VERTEBRAE[MARKED]!),
    `rx="1.5" fill="none" stroke="${hex(MARK)}" stroke-width="3.4"`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" rx="22" fill="${hex(GROUND)}"/>${bones.join("")}${mark}</svg>\n`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
