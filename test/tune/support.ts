/** Layers, environments and a measurer that says what a test wants. */
import type { ConvAlgorithm } from "../../src/plan/conv-algorithm.ts";
import type { ConvSite } from "../../src/plan/conv-site.ts";
import type { Environment } from "../../src/tune/cache.ts";
import type { Times } from "../../src/tune/candidates.ts";
import type { Measure } from "../../src/tune/measure.ts";

export const ENVIRONMENT: Environment = {
  engine: "spinexr 0",
  plan: 1,
  backend: "cpu",
  isa: "reference",
  threads: 2,
  device: "a processor",
  processor: "a processor",
};

/** 3 x 3 of square maps, unless told otherwise. */
export const site = (input: number, out: number, size: number, other: Partial<ConvSite> = {}): ConvSite => ({
  name: `conv ${input} ${out} ${size}`,
  batch: 1,
  channels: [input, out],
  output: [size, size],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  group: 1,
  constantWeights: true,
  pooled: false,
  averaged: true,
  input: [size, size],
  pads: [1, 1, 1, 1],
  prologue: { norm: false, relu: false, pool: null },
  residual: false,
  ...other,
});

/** Notes what it is asked; `times` gives milliseconds, null for what cannot be measured. */
export function fakeMeasure(
  times: (site: ConvSite, algorithm: ConvAlgorithm) => number | null,
): Measure & { readonly asked: string[] } {
  const asked: string[] = [];
  const measure: Measure = async (layer, algorithms, signal) => {
    signal?.throwIfAborted();
    asked.push(`${layer.name}: ${algorithms.join(" ")}`);
    const entries = algorithms.map((algorithm) => [algorithm, times(layer, algorithm)] as const);
    if (entries.some(([, ms]) => ms === null)) return null;
    return Object.fromEntries(entries) as Times;
  };
  return Object.assign(measure, { asked });
}
