/** What every painter works with, in millimetres of a frame. */
import type { Canvas } from "../picture/canvas.ts";
import { smoothLoop, smoothPath } from "../picture/canvas.ts";
import { type Frame, scaleOf, toPixel } from "../picture/frame.ts";
import type { Texture } from "../picture/texture.ts";

/** Attenuation per millimetre at about 75 kV, beyond that of the tissue which is displaced. */
export const SOFT = 0.0185;
export const CANCELLOUS = 0.011;
export const CORTICAL = 0.06;
export const METAL = 0.55;

/** [x, y] or, for tubes, [x, y, radius]. */
export type At = readonly number[];

export interface Pen {
  readonly canvas: Canvas;
  /** Trabecular noise, about 3 samples per millimetre. */
  readonly grain: Texture;
}

/** A tube whose axis runs smoothly through the points; wall in millimetres of cortical bone. */
export function tube(
  { canvas }: Pen,
  frame: Frame,
  points: readonly At[],
  core: number,
  wallMm = 0,
  steps = 4,
): void {
  const scale = scaleOf(frame);
  const axis =
    steps > 1
      ? smoothPath(
          points.map(([x, y]) => ({ x, y })),
          steps,
        )
      : points.map(([x, y]) => ({ x, y }));
  const knots = axis.map(({ x, y }, i) => {
    const at = i / Math.max(steps, 1);
    const k = Math.min(Math.floor(at), points.length - 1);
    const next = Math.min(k + 1, points.length - 1);
    const r = points[k][2] + (points[next][2] - points[k][2]) * (at - k);
    return { ...toPixel(frame, x, y), r: Math.max(r * scale, 0.45) };
  });
  const radius = points[0][2];
  const wall = wallMm > 0 ? CORTICAL * 2 * Math.sqrt(2 * radius * wallMm) : 0;
  canvas.tube(knots, core, wall, Math.max(wallMm * scale, 0.7));
}

/** A closed smooth outline; softMm blurs its edge. */
export function region(
  { canvas }: Pen,
  frame: Frame,
  points: readonly At[],
  amount: number,
  softMm = 0,
): void {
  const loop = smoothLoop(points.map(([x, y]) => toPixel(frame, x, y)));
  canvas.fill(loop, amount, softMm * scaleOf(frame));
}

/** A flat bone: filled outline with a cortical rim, and trabecular grain in it. */
export function flatBone(
  pen: Pen,
  frame: Frame,
  points: readonly At[],
  amount: number,
  rim: number,
  rimMm = 1.2,
): void {
  const scale = scaleOf(frame);
  const loop = smoothLoop(points.map(([x, y]) => toPixel(frame, x, y)));
  pen.canvas.fill(loop, amount, 0.8 * scale, { texture: pen.grain, depth: 0.3, step: 2.2 / scale });
  if (rim > 0) {
    const knots = [...loop, loop[0]].map(({ x, y }) => ({ x, y, r: Math.max(rimMm * scale * 0.5, 0.6) }));
    pen.canvas.tube(knots, rim);
  }
}
