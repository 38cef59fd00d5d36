/** Pooling. */
import type { AddSpec } from "../../src/graph/spec.ts";
import { type OpCase, plain } from "./op-case.ts";

type Spec = Partial<AddSpec<"pool">> & { readonly x: number[] };
const SPECS: Readonly<Record<string, Spec>> = {
  "one pixel": { x: [1, 1, 1, 1], kernel: [1, 1], strides: [1, 1] },
  "2x2": { x: [3, 17, 9, 7] },
  "3x3, stride 2, padded": { x: [1, 64, 13, 11], kernel: [3, 3], pads: [1, 1, 1, 1] },
  "3x3, uneven pads": { x: [2, 5, 6, 8], kernel: [3, 3], strides: [1, 2], pads: [2, 0, 1, 2] },
  ceiling: { x: [1, 7, 8, 9], kernel: [3, 3], ceilMode: true },
  dilated: { x: [1, 4, 9, 9], kernel: [2, 3], strides: [1, 1], dilations: [2, 3], pads: [1, 1, 1, 1] },
  "pads count": {
    x: [1, 9, 5, 5],
    kernel: [3, 3],
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    countIncludePad: true,
  },
  "wide rows of many channels": { x: [2, 601, 5, 43], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 0, 1] },
  "few wide windows": { x: [1, 520, 3, 37], kernel: [2, 5], strides: [1, 4], dilations: [1, 3] },
  "whole map": { x: [3, 13, 5, 7], kernel: [5, 7], strides: [1, 1] },
};

export const CASES: readonly OpCase[] = (["max", "average", "lp"] as const).flatMap((mode) =>
  Object.entries(SPECS).map(([title, { x: dims, ...spec }]) => ({
    op: `pool ${mode}`,
    title,
    feeds: plain(...dims),
    tolerance: mode === "max" ? { absolute: 0 } : { relative: 3e-6 },
    build: (s, [x]) => [s.pool(x!, { mode, p: 2, ...spec })],
  })),
);
