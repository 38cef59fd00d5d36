/** A right-angled coordinate system in millimetres, possibly mirrored, seen in pixels. */
import { cos, sin } from "./maths.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** pixel = o + x a + y b; |a| = |b| is pixels per millimetre. */
export interface Frame {
  readonly ox: number;
  readonly oy: number;
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
}

export const toPixel = (f: Frame, x: number, y: number): Point => ({
  x: f.ox + x * f.ax + y * f.bx,
  y: f.oy + x * f.ay + y * f.by,
});

/** The frame with its origin at (x, y) of the parent, turned by `angle` radians (x towards y). */
export function childFrame(f: Frame, x: number, y: number, angle = 0): Frame {
  const c = cos(angle);
  const s = sin(angle);
  const { x: ox, y: oy } = toPixel(f, x, y);
  return {
    ox,
    oy,
    ax: f.ax * c + f.bx * s,
    ay: f.ay * c + f.by * s,
    bx: f.bx * c - f.ax * s,
    by: f.by * c - f.ay * s,
  };
}

export const scaleOf = (f: Frame): number => Math.sqrt(f.ax * f.ax + f.ay * f.ay);

/** The same place on a picture with `factor` times the pixels per side. */
export const zoomFrame = (f: Frame, factor: number): Frame => ({
  ox: f.ox * factor,
  oy: f.oy * factor,
  ax: f.ax * factor,
  ay: f.ay * factor,
  bx: f.bx * factor,
  by: f.by * factor,
});
