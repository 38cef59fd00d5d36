/** Boxes, findings, and the pictures that they are on. */
import type { Finding } from "../api/results.ts";
import { invalid } from "./check.ts";

/** x0, y0, x1, y1 in pixels of the original picture. */
export type Box = Finding["box"];

/** A lesion that a reader marked. */
export interface Lesion {
  readonly label: string;
  readonly box: Box;
}

/** One picture: what is there and what was found. */
export interface DetectionCase {
  readonly truth: readonly Lesion[];
  readonly findings: readonly Finding[];
}

/** Intersection over union of two boxes, 0..1; 0 where the union has no area. */
export function boxIou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/** @throws SpineXRError INVALID_ARGUMENT when a box is not finite or its corners are out of order, or a score is not finite */
export function checkCases(caller: string, cases: readonly DetectionCase[]): void {
  for (const [i, { truth, findings }] of cases.entries()) {
    for (const { label, box } of [...truth, ...findings])
      if (box.length !== 4 || !box.every(Number.isFinite) || box[2] < box[0] || box[3] < box[1])
        invalid(
          `${caller}: case ${i} has a "${label}" with box [${box.join(", ")}]; expected finite x0 <= x1, y0 <= y1.`,
        );
    for (const { label, score } of findings)
      if (!Number.isFinite(score)) invalid(`${caller}: case ${i} has a "${label}" with score ${score}.`);
  }
}
