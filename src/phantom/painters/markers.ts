/** Lead letters beside the patient. */
import type { Point } from "../picture/frame.ts";
import { childFrame, type Frame, scaleOf, toPixel } from "../picture/frame.ts";
import type { Random } from "../random.ts";
import { METAL, type Pen } from "./pen.ts";

/** Strokes on a grid 4 wide and 6 high. */
const LETTERS: Readonly<Record<string, readonly (readonly (readonly [number, number])[])[]>> = {
  L: [
    [
      [0, 0],
      [0, 6],
      [4, 6],
    ],
  ],
  R: [
    [
      [0, 6],
      [0, 0],
      [3, 0],
      [4, 1.5],
      [3, 3],
      [0, 3],
    ],
    [
      [1.8, 3],
      [4, 6],
    ],
  ],
  A: [
    [
      [0, 6],
      [2, 0],
      [4, 6],
    ],
    [
      [0.8, 4],
      [3.2, 4],
    ],
  ],
  P: [
    [
      [0, 6],
      [0, 0],
      [3.2, 0],
      [4, 1.6],
      [3.2, 3.2],
      [0, 3.2],
    ],
  ],
  T: [
    [
      [0, 0],
      [4, 0],
    ],
    [
      [2, 0],
      [2, 6],
    ],
  ],
  1: [
    [
      [1, 1.4],
      [2.4, 0],
      [2.4, 6],
    ],
  ],
  7: [
    [
      [0, 0],
      [4, 0],
      [1.4, 6],
    ],
  ],
  4: [
    [
      [3, 6],
      [3, 0],
      [0, 4],
      [4, 4],
    ],
  ],
};

/** A side marker near an edge of the open field, sometimes with a second line. The plate's frame is never mirrored. */
export function paintMarkers(
  pen: Pen,
  plate: Frame,
  open: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  right: boolean,
  random: Random,
): void {
  const shown = random.chance(0.72);
  const size = random.range(1.3, 2.4) * (open.y1 - open.y0 > 600 ? 1.6 : 1);
  const onRight = random.chance(0.5);
  const x = onRight ? open.x1 - random.range(7, 16) * size : open.x0 + random.range(2, 9) * size;
  const y = random.chance(0.65)
    ? open.y0 + random.range(3, 30) * size
    : open.y1 - random.range(10, 30) * size;
  const angle = random.normal(0, 0.1);
  const text = random.weighted({ none: 70, AP: 8, TT: 6, "714": 8, "471": 8 });
  const ring = random.chance(0.2);
  const lead = random.range(2, 6);
  if (!shown) return;
  const frame = childFrame(plate, x, y, angle);
  write(pen, frame, right ? "R" : "L", size, lead);
  if (ring) {
    const middle = toPixel(frame, 2 * size, 3 * size);
    const r = 5.4 * size * scaleOf(plate);
    const points = Array.from({ length: 25 }, (_, i): Point => {
      const f = childFrame({ ox: 0, oy: 0, ax: r, ay: 0, bx: 0, by: r }, 0, 0, (i * 6.2831853) / 24);
      return { x: middle.x + f.ax, y: middle.y + f.ay };
    });
    pen.canvas.tube(
      points.map((point) => ({ ...point, r: 0.45 * size * scaleOf(plate) })),
      lead,
    );
  }
  if (text !== "none") write(pen, childFrame(frame, 0, 8.5 * size), text, size * 0.6, lead);
}

function write(pen: Pen, frame: Frame, text: string, size: number, amount: number): void {
  const scale = scaleOf(frame);
  [...text].forEach((letter, i) => {
    for (const stroke of LETTERS[letter]) {
      const knots = stroke.map(([x, y]) => ({
        ...toPixel(frame, (x + i * 5.6) * size, y * size),
        r: Math.max(0.5 * size * scale, 0.6),
      }));
      pen.canvas.tube(knots, Math.max(amount, METAL));
    }
  });
}
