/** A described plan as tables: all steps, totals of each kind, memory. */
import { type PlanDescription, type StepDescription, totalBytes } from "../plan/describe.ts";
import type { Traffic } from "../plan/traffic.ts";
import { table } from "./table.ts";

export function planTables(plan: PlanDescription): string {
  const steps = plan.steps.map((step, i) => [
    String(i),
    ...what(step),
    spell(step.dims),
    mega(step.flops),
    ...traffic(step.bytes),
    ratio(step.flops, step.bytes),
    step.chosenBy ?? "",
    step.name,
  ]);
  const kinds = plan.kinds.map((kind) => [
    kind.kind,
    kind.algorithm,
    String(kind.steps),
    mega(kind.flops),
    percent(kind.flops, plan.flops),
    ...traffic(kind.bytes),
    percent(totalBytes(kind.bytes), totalBytes(plan.bytes)),
    ratio(kind.flops, kind.bytes),
  ]);
  const moved = ["weights KiB", "read KiB", "written KiB"];
  const { weights, read, written } = plan.bytes;
  return [
    `plan "${plan.name}": ${ports(plan.inputs)} -> ${ports(plan.outputs)}\n`,
    table(
      ["#", "kind", "algorithm", "detail", "result", "MFLOP", ...moved, "FLOP/B", "chosen by", "name"],
      steps,
    ),
    "",
    table(["kind", "algorithm", "steps", "MFLOP", "share", ...moved, "share", "FLOP/B"], kinds),
    "",
    `${plan.steps.length} steps, ${mega(plan.flops)} MFLOP; moves ${mebi(totalBytes(plan.bytes))} MiB: ` +
      `weights ${mebi(weights)}, read ${mebi(read)}, written ${mebi(written)}`,
    `memory: arena ${mebi(plan.arenaBytes)} MiB, constants ${mebi(plan.constantBytes)} MiB`,
    "",
  ].join("\n");
}

/** kind, algorithm, detail */
export const what = ({ kind, algorithm, detail }: StepDescription): string[] => [kind, algorithm, detail];

/** [1, 64, 56, 56] to "1x64x56x56", as --shape takes it. */
export const spell = (dims: readonly number[]): string => dims.join("x");

export const mega = (flops: number): string => (flops === 0 ? "" : (flops / 1e6).toFixed(3));

export const percent = (part: number, whole: number): string =>
  whole === 0 ? "" : `${((100 * part) / whole).toFixed(1)}%`;

const ports = (list: PlanDescription["inputs"]): string =>
  list.map(({ name, dtype, dims }) => `${name} ${dtype} ${spell(dims) || "scalar"}`).join(", ");

const traffic = ({ weights, read, written }: Traffic): string[] =>
  [weights, read, written].map((bytes) => (bytes === 0 ? "" : (bytes / 1024).toFixed(1)));

const ratio = (flops: number, bytes: Traffic): string =>
  flops === 0 ? "" : (flops / Math.max(1, totalBytes(bytes))).toFixed(1);

const mebi = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);
