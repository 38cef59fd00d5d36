/** Timed steps as tables: totals of each kind, and every step. */
import type { StepTiming } from "../api/network.ts";
import { groupByKind, type StepDescription, totalBytes } from "../plan/describe.ts";
import { mega, percent, spell, what } from "./plan-table.ts";
import { table } from "./table.ts";

/** Runs of one plan to one timing of each step: the median of its times. */
export function medianSteps(runs: readonly (readonly StepTiming[])[]): StepTiming[] {
  return (runs[0] ?? []).map((step, i) => ({ ...step, ms: median(runs.map((run) => run[i]!.ms)) }));
}

/** @param values at least one */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One row for each kind and algorithm, the slowest first. `runs`: times and work are shown for one of so many. */
export function kindTable(steps: readonly StepTiming[], runs = 1): string {
  const whole = time(steps);
  const rows = [...groupByKind(steps).values()]
    .sort((a, b) => time(b) - time(a))
    .map((group) => {
      const flops = group.reduce((sum, step) => sum + step.flops, 0);
      const bytes = group.reduce((sum, step) => sum + totalBytes(step.bytes), 0);
      const [{ kind, algorithm }] = group as [StepTiming];
      const ms = time(group);
      return [
        kind,
        algorithm,
        String(Math.round(group.length / runs)),
        (ms / runs).toFixed(3),
        percent(ms, whole),
        mega(flops / runs),
        rate(flops, ms),
        rate(bytes, ms),
      ];
    });
  return table(["kind", "algorithm", "steps", "ms", "share", "MFLOP", "GFLOP/s", "GB/s"], rows);
}

/** One row for each step, in the order of running or the slowest first. */
export function stepTable(steps: readonly StepTiming[], slowestFirst: boolean): string {
  const whole = time(steps);
  const numbered = steps.map((step, i) => ({ step, i }));
  if (slowestFirst) numbered.sort((a, b) => b.step.ms - a.step.ms);
  const rows = numbered.map(({ step, i }) => [
    String(i),
    ...what(step),
    spell(step.dims),
    step.ms.toFixed(3),
    percent(step.ms, whole),
    mega(step.flops),
    rate(step.flops, step.ms),
    rate(totalBytes(step.bytes), step.ms),
    step.name,
  ]);
  const header = ["#", "kind", "algorithm", "detail", "result", "ms", "share", "MFLOP", "GFLOP/s", "GB/s"];
  return table([...header, "name"], rows);
}

/** What a trace says about a step beside its time. */
export function stepFacts(step: StepDescription & { readonly ms: number }): Record<string, unknown> {
  const { kind, algorithm, detail, dims, flops, bytes, ms } = step;
  const [gigaflops, gigabytes] = [rate(flops, ms), rate(totalBytes(bytes), ms)];
  return {
    kind,
    ...(algorithm === "" ? {} : { algorithm }),
    ...(detail === "" ? {} : { detail }),
    result: spell(dims),
    flops,
    weightBytes: bytes.weights,
    readBytes: bytes.read,
    writtenBytes: bytes.written,
    ...(gigaflops === "" ? {} : { "GFLOP/s": Number(gigaflops) }),
    ...(gigabytes === "" ? {} : { "GB/s": Number(gigabytes) }),
  };
}

export const time = (steps: readonly StepTiming[]): number => steps.reduce((sum, { ms }) => sum + ms, 0);

/** Millions of `amount` a millisecond are thousand millions a second. */
const rate = (amount: number, ms: number): string =>
  amount === 0 || ms <= 0 ? "" : (amount / ms / 1e6).toFixed(1);
