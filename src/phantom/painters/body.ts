/** Vertebral bodies: a waisted cylinder of trabecular bone in a cortical shell between two dished end plates. */
import { type Level, plateAt } from "../anatomy/spine.ts";
import { childFrame, type Frame, scaleOf, toPixel } from "../picture/frame.ts";
import { CANCELLOUS, CORTICAL, type Pen } from "./pen.ts";

const SHELL_MM = 0.7;

/**
 * Chords along the beam: trabecular bone of a rounded block; the shell as two concentric outlines, which makes the bright
 * edge; each end plate as an ellipse that opens with its inclination to the beam.
 */
export function paintBody(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, beam, waist, top, bottom, density } = level;
  const lens = Math.min(beam * Math.abs(level.tilt), hh * 0.6);
  const reach =
    lens + 3 + Math.max(0, -top.left, -top.right, -top.middle, -bottom.left, -bottom.right, -bottom.middle);
  const trabecular = 2 * beam * CANCELLOUS * density;
  const shell = CORTICAL * Math.sqrt(2 * hw) * density * 0.75;
  const pixel = 1 / scaleOf(frame);
  const line = Math.max(0.75, 0.8 * pixel);
  const plate = ((0.34 * level.plates * Math.sqrt(beam / 24) * density) / (1 + lens / 5)) * (0.75 / line);
  const sheet = lens > 0 ? Math.min(0.06, 0.02 / Math.max(Math.abs(level.tilt), 0.05)) * 2 * density : 0;
  const soft = lens * 0.5 + 0.5;
  pen.canvas.paint(frame, -hw, -hh - reach, hw, hh + reach, (x, y) => {
    const v = y / hh;
    const bulge = 1 - v * v;
    const uneven = pen.grain.at((x < 0 ? 90 : 170) + level.index * 13, y * 0.5 + level.index * 29) * 0.45;
    const w = hw * (1 - waist * (bulge > 0 ? bulge : 0)) + uneven;
    const u = x / w;
    const q = 1 - u * u;
    if (q <= 0) return 0;
    const corner = u < 0 ? -u - 0.86 : u - 0.86;
    const round = corner > 0 ? corner * corner * 55 : 0;
    const wave = pen.grain.at(x * 0.4 + level.index * 41, 200) * 0.4;
    const fromTop = y - plateAt(level, "top", u) - round + wave;
    const fromBottom = plateAt(level, "bottom", u) - y - round + wave;
    if (fromTop < -reach || fromBottom < -reach) return 0;
    const open = lens * Math.sqrt(q);
    let value = 0;
    const a = (fromTop + open * 0.5 + soft) / (2 * soft);
    const b = (fromBottom + open * 0.5 + soft) / (2 * soft);
    if (a > 0 && b > 0) {
      const cover = (a < 1 ? a : 1) * (b < 1 ? b : 1);
      const edge = (1 - (u < 0 ? -u : u)) * w;
      const rim = Math.sqrt(edge) - (edge > SHELL_MM ? Math.sqrt(edge - SHELL_MM) : 0);
      const chord =
        Math.sqrt(1 - u * u * u * u) * (1 + 0.34 * pen.grain.at(x * 2.6, y * 1.3 + level.index * 37));
      let dense = 1;
      if (top.sclerosis > 0 && fromTop < 6) dense += top.sclerosis * (1 - Math.max(fromTop, 0) / 6);
      if (bottom.sclerosis > 0 && fromBottom < 6)
        dense += bottom.sclerosis * (1 - Math.max(fromBottom, 0) / 6);
      value = cover * (trabecular * chord * dense + shell * rim);
    }
    const flat = Math.sqrt(1 - u * u * u * u);
    value += plate * flat * (ring(fromTop, open, line) + ring(fromBottom, open, line));
    if (fromTop > -open && fromTop < open) value += sheet;
    if (fromBottom > -open && fromBottom < open) value += sheet;
    return value;
  });
  for (const spur of level.spurs) paintSpur(pen, frame, level, spur);
}

/** The near and the far rim of an end plate. */
function ring(distance: number, open: number, line: number): number {
  const near = 1 - Math.abs(distance + open) / line;
  const far = 1 - Math.abs(distance - open) / line;
  return (near > 0 ? near : 0) + (far > 0 ? far : 0);
}

/** Where a spur lies in the vertebra's frame: start on the plate, tip, end on the wall. */
export function spurPoints(
  level: Level,
  spur: Level["spurs"][number],
): readonly (readonly [number, number])[] {
  const { side, length, base, rise } = spur;
  const away = spur.plate === "top" ? -1 : 1;
  const corner = plateAt(level, spur.plate, side);
  const wall = side * level.hw * (1 - level.waist * 0.35);
  return [
    [side * (level.hw - 2.2), corner - away * 0.4],
    [side * (level.hw + length * 0.45), corner + away * rise * length * 0.25],
    [side * (level.hw + length), corner + away * rise * length],
    [side * (level.hw + length * 0.42), corner - away * base * 0.22],
    [wall + side * 0.4, corner - away * base],
    [side * (level.hw - 2.4), corner - away * base * 0.8],
  ];
}

function paintSpur(pen: Pen, frame: Frame, level: Level, spur: Level["spurs"][number]): void {
  const points = spurPoints(level, spur);
  const scale = scaleOf(frame);
  const outline = points.map(([x, y]) => toPixel(frame, x, y));
  const depth = (0.2 + 0.012 * spur.length) * level.density * Math.sqrt(level.beam / 20);
  pen.canvas.fill(outline, depth, 0.5 * scale);
  const r = Math.max(0.55 * scale, 0.6);
  pen.canvas.tube(
    outline.slice(0, 5).map((point) => ({ ...point, r })),
    0.18 * level.density,
  );
}

/** The disc's soft tissue: a little denser than fat around it. */
export function paintDisc(pen: Pen, root: Frame, above: Level, below: Level): void {
  const middle = childFrame(
    root,
    (above.x + below.x) / 2,
    (above.y + below.y) / 2,
    (above.angle + below.angle) / 2,
  );
  pen.canvas.ellipsoid(middle, above.hw * 1.04, Math.max(above.disc * 0.9, 3), 0.05);
}
