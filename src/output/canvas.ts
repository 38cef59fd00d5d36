/** A picture in RGB to draw on: rectangles and round-ended strokes, anti-aliased by how much of a pixel they cover. */

import { SpineXRError } from "../api/errors.ts";
import type { GrayImage } from "../backends/core.ts";
import type { Rgb } from "./colours.ts";
import type { Polyline } from "./font.ts";
import type { Rect } from "./scene.ts";

/** Larger canvases are refused: 192 MiB. */
const MAX_PIXELS = 2 ** 26;

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

export class Canvas {
  readonly width: number;
  readonly height: number;
  /** height * width * 3, row-major. */
  readonly rgb: Uint8Array;

  /** @throws SpineXRError LIMIT_EXCEEDED, INVALID_ARGUMENT */
  constructor(width: number, height: number, background: Rgb) {
    if (![width, height].every((side) => Number.isInteger(side) && side >= 1))
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `Expected a canvas of whole sides, found ${width} x ${height}.`,
      );
    if (width * height > MAX_PIXELS)
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `The canvas would have ${width} x ${height} pixels; at most ${MAX_PIXELS} are drawn.`,
      );
    this.width = width;
    this.height = height;
    this.rgb = new Uint8Array(width * height * 3);
    for (let i = 0; i < this.rgb.length; i++) this.rgb[i] = background[i % 3];
  }

  /** Copies grey pixels one to one; what lies outside is cut off. left and top are whole and not negative. */
  grey({ pixels, height, width }: GrayImage, left: number, top: number): void {
    const columns = Math.min(width, this.width - left);
    const rows = Math.min(height, this.height - top);
    for (let y = 0; y < rows; y++) {
      let at = 3 * ((top + y) * this.width + left);
      for (let x = 0; x < columns; x++) for (let c = 0; c < 3; c++) this.rgb[at++] = pixels[y * width + x];
    }
  }

  /** A rectangle with corners rounded by `radius` pixels. */
  fill(rect: Rect, colour: Rgb, opacity: number, radius: number): void {
    const half = { x: rect.width / 2, y: rect.height / 2 };
    const centre = { x: rect.x + half.x, y: rect.y + half.y };
    const round = Math.min(radius, half.x, half.y);
    this.#paint(grown(rect, 0), colour, opacity, (x, y) => {
      const covered = cover(x, rect.x, rect.width) * cover(y, rect.y, rect.height);
      if (round === 0) return covered;
      const dx = Math.abs(x - centre.x) - half.x + round;
      const dy = Math.abs(y - centre.y) - half.y + round;
      return dx > 0 && dy > 0 ? clamp01(round - Math.hypot(dx, dy) + 0.5) : covered;
    });
  }

  /** A rectangle's outline with sharp corners; `rect` runs through the middle of the line. */
  outline(rect: Rect, colour: Rgb, stroke: number, opacity: number): void {
    const half = stroke / 2;
    const coverage = (x: number, y: number): number => {
      const outside = Math.max(
        Math.abs(x - rect.x - rect.width / 2) - rect.width / 2,
        Math.abs(y - rect.y - rect.height / 2) - rect.height / 2,
      );
      return clamp01(half - Math.abs(outside) + 0.5);
    };
    const { x, y, width, height } = grown(rect, half);
    // Only the bands that the line can reach: up to 3 pixels were added outside, and its soft edge inside is one more.
    const band = Math.ceil(stroke) + 4;
    const [across, down] = [width - 2 * band, height - 2 * band];
    if (across <= 0 || down <= 0) {
      this.#paint({ x, y, width, height }, colour, opacity, coverage);
      return;
    }
    for (const top of [y, y + height - band])
      this.#paint({ x, y: top, width, height: band }, colour, opacity, coverage);
    for (const left of [x, x + width - band])
      this.#paint({ x: left, y: y + band, width: band, height: down }, colour, opacity, coverage);
  }

  /** Lines of the given width with round ends and joints; where they cross they cover once. */
  strokes(lines: readonly Polyline[], colour: Rgb, stroke: number, opacity: number): void {
    const half = stroke / 2;
    const bounds = boundsOf(lines, half + 1);
    const left = Math.max(0, Math.floor(bounds.x));
    const top = Math.max(0, Math.floor(bounds.y));
    const width = Math.min(this.width, Math.ceil(bounds.x + bounds.width)) - left;
    const height = Math.min(this.height, Math.ceil(bounds.y + bounds.height)) - top;
    if (!(width > 0 && height > 0)) return;
    const mask = new Float32Array(width * height);
    for (const line of lines)
      for (let i = 0; i + 3 < line.length; i += 2)
        addSegment(
          mask,
          { width, height },
          [line[i] - left, line[i + 1] - top],
          [line[i + 2] - left, line[i + 3] - top],
          half,
        );
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const coverage = mask[y * width + x];
        if (coverage > 0) this.#blend(left + x, top + y, colour, coverage * opacity);
      }
  }

  #paint(bounds: Rect, colour: Rgb, opacity: number, coverage: (x: number, y: number) => number): void {
    const right = Math.min(this.width, Math.ceil(bounds.x + bounds.width));
    const bottom = Math.min(this.height, Math.ceil(bounds.y + bounds.height));
    for (let y = Math.max(0, Math.floor(bounds.y)); y < bottom; y++)
      for (let x = Math.max(0, Math.floor(bounds.x)); x < right; x++) {
        const alpha = coverage(x + 0.5, y + 0.5) * opacity;
        if (alpha > 0) this.#blend(x, y, colour, alpha);
      }
  }

  #blend(x: number, y: number, colour: Rgb, alpha: number): void {
    const at = 3 * (y * this.width + x);
    for (let c = 0; c < 3; c++)
      this.rgb[at + c] = Math.round(this.rgb[at + c] * (1 - alpha) + colour[c] * alpha);
  }
}

/** Share of the pixel around `at` that lies in [from, from + length]. */
const cover = (at: number, from: number, length: number): number =>
  clamp01(Math.min(at + 0.5, from + length) - Math.max(at - 0.5, from));

type Pair = readonly [number, number];

/** Raises the mask to what the segment with round ends covers. */
function addSegment(
  mask: Float32Array,
  size: { width: number; height: number },
  [x0, y0]: Pair,
  [x1, y1]: Pair,
  half: number,
): void {
  const reach = half + 1;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const right = Math.min(size.width - 1, Math.ceil(Math.max(x0, x1) + reach));
  const bottom = Math.min(size.height - 1, Math.ceil(Math.max(y0, y1) + reach));
  for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - reach)); y <= bottom; y++)
    for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - reach)); x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = squared === 0 ? 0 : clamp01((px * dx + py * dy) / squared);
      const coverage = clamp01(half - Math.hypot(px - along * dx, py - along * dy) + 0.5);
      if (coverage > mask[y * size.width + x]) mask[y * size.width + x] = coverage;
    }
}

const grown = ({ x, y, width, height }: Rect, by: number): Rect => ({
  x: Math.floor(x - by - 1),
  y: Math.floor(y - by - 1),
  width: Math.ceil(width + 2 * by + 3),
  height: Math.ceil(height + 2 * by + 3),
});

function boundsOf(lines: readonly Polyline[], margin: number): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines)
    for (let i = 0; i < line.length; i += 2) {
      left = Math.min(left, line[i]);
      right = Math.max(right, line[i]);
      top = Math.min(top, line[i + 1]);
      bottom = Math.max(bottom, line[i + 1]);
    }
  return {
    x: left - margin,
    y: top - margin,
    width: right - left + 2 * margin,
    height: bottom - top + 2 * margin,
  };
}
