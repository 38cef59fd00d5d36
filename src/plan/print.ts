/** A plan as a text table: what runs, on which shapes, how much it moves and computes. */
import { planFlops, stepBytes, stepFlops } from "./flops.ts";
import type { Plan, PlanTensor } from "./plan.ts";
import type { Step } from "./steps.ts";

/**
 * One line per step: number, kind, result (type, dims in logical order, layout; "/64" when pixels lie 64 elements
 * apart), "<- " operands, kilobytes touched, MFLOP, name. The last lines sum up.
 */
export function describePlan(plan: Plan): string {
  const rows = plan.steps.map((step, i) => [
    String(i),
    step.kind,
    step.outputs
      .filter((index) => index >= 0)
      .map((index) => describeTensor(plan, index))
      .join(" "),
    `<- ${operands(plan, step)}`,
    (stepBytes(plan, step) / 1024).toFixed(1),
    (stepFlops(plan, step) / 1e6).toFixed(2),
    step.name,
  ]);
  const table = [["#", "step", "result", "operands", "KiB", "MFLOP", "name"], ...rows];
  const widths = (table[0] as string[]).map((_, column) =>
    Math.max(...table.map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === 4 || i === 5 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const copies = plan.steps.filter((step) => step.kind === "copy").length;
  return [
    `plan "${plan.name}"`,
    ...table.map(line),
    `${plan.steps.length} steps (${copies} copies), ${(planFlops(plan) / 1e6).toFixed(1)} MFLOP, ` +
      `arena ${kilobytes(plan.arenaBytes)}, constants ${kilobytes(plan.constantBytes)}`,
    "",
  ].join("\n");
}

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

function operands(plan: Plan, step: Step): string {
  const list = step.inputs.map((index) => (index < 0 ? "-" : describeTensor(plan, index)));
  while (list.at(-1) === "-") list.pop();
  return list.join(" ");
}

function describeTensor(plan: Plan, index: number): string {
  const { dtype, layout, dims, pixelStride, storage } = plan.tensors[index] as PlanTensor;
  const stride = layout === "nhwc" && pixelStride !== dims[1] ? `/${pixelStride}` : "";
  const place = storage === "constant" ? "const " : "";
  return `${place}${dtype}[${dims.join(",")}]${layout === "nhwc" ? ":nhwc" : ""}${stride}`;
}
