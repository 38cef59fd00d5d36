/** Boxes as a reader draws them: upright, in whole pixels, a little outside of what is seen. */
import type { Box } from "../../metrics/boxes.ts";
import type { LesionClass } from "../../vindr-spinexr.ts";
import type { Point } from "../picture/frame.ts";

export interface PlacedLesion {
  readonly type: LesionClass;
  /** Corners x0, y0, x1, y1 in pixels of the picture. */
  readonly box: Box;
}

/** The upright box around the points, `margin` pixels wider on each side. */
export function boxAround(points: readonly Point[], margin: number): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return [
    Math.floor(Math.min(...xs) - margin),
    Math.floor(Math.min(...ys) - margin),
    Math.ceil(Math.max(...xs) + margin),
    Math.ceil(Math.max(...ys) + margin),
  ];
}

export const within = (inner: Box, outer: Box): boolean =>
  inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];

export const overlap = (a: Box, b: Box): number => {
  const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  return (w * h) / (area(a) + area(b) - w * h);
};
