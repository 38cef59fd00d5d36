/** What the hardware allows (the roofline), and which steps take the time. */

import { summarize } from "../../src/benchmark/summary.ts";
import { stepFlops } from "../../src/plan/flops.ts";
import type { Precision } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { stepTraffic } from "../../src/plan/traffic.ts";
import type { Peaks } from "./rival.ts";

export interface Limit {
  readonly gflop: number;
  readonly megabytes: number;
  /** Least time in ms: of each step the longer of its arithmetic and its traffic at the measured peaks. */
  readonly ms: number;
}

/** Williams et al., "Roofline", 2009, step by step. The device keeps weights in the type of the maps. */
export function limitOf(plan: Plan, precision: Precision, peaks: Peaks): Limit {
  const flopsPerSecond = peaks.flopsPerSecond[precision] ?? Number.POSITIVE_INFINITY;
  let [flops, bytes, seconds] = [0, 0, 0];
  for (const step of plan.steps) {
    const { weights, read, written } = stepTraffic(plan, step);
    const moved = weights * (precision === "fp16" ? 0.5 : 1) + read + written;
    const computed = stepFlops(plan, step);
    flops += computed;
    bytes += moved;
    seconds += Math.max(computed / flopsPerSecond, moved / peaks.bytesPerSecond);
  }
  return { gflop: flops / 1e9, megabytes: bytes / 1e6, ms: 1e3 * seconds };
}

/** All steps of one kind and algorithm. */
export interface StepShare {
  readonly kind: string;
  readonly steps: number;
  readonly ms: number;
}

interface Timed {
  readonly kind: string;
  readonly algorithm: string;
  readonly ms: number;
}

/** @param runs the same steps in each */
export function stepShares(runs: readonly (readonly Timed[])[]): StepShare[] {
  const shares = new Map<string, StepShare>();
  (runs[0] ?? []).forEach(({ kind, algorithm }, i) => {
    const key = algorithm === "" ? kind : `${kind}, ${algorithm}`;
    const { median } = summarize(runs.map((steps) => steps[i]!.ms));
    const { steps = 0, ms = 0 } = shares.get(key) ?? {};
    shares.set(key, { kind: key, steps: steps + 1, ms: ms + median });
  });
  return [...shares.values()].sort((a, b) => b.ms - a.ms);
}
