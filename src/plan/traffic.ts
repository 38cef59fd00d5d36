/** What a step reads and writes: each tensor once, as if caches held everything while the step runs. */
import { elementCount } from "../graph/graph.ts";
import { elementBytes } from "./draft.ts";
import type { Plan, PlanTensor } from "./plan.ts";
import { CONV_ALGORITHMS, type Step } from "./steps.ts";

/** Bytes. */
export interface Traffic {
  /** Constants read, in the form that the step's algorithm keeps them in. */
  readonly weights: number;
  /** Other tensors read. */
  readonly read: number;
  readonly written: number;
}

/**
 * The least that one run of `step` has to move. Padding of packed weights is left out, and so is how often a step comes
 * back to what it read; of tensors with a run-time count all rows are counted.
 */
export function stepTraffic(plan: Plan, step: Step): Traffic {
  let weights = 0;
  let read = 0;
  let written = 0;
  for (const index of new Set(step.inputs)) {
    if (index < 0) continue;
    const tensor = plan.tensors[index] as PlanTensor;
    const bytes = Math.min(elementCount(tensor.dims), mostRead(step, index)) * elementBytes(tensor.dtype);
    if (tensor.storage === "arena") read += bytes;
    else weights += bytes * growth(step, index);
  }
  for (const index of new Set(step.outputs)) {
    if (index < 0) continue;
    const tensor = plan.tensors[index] as PlanTensor;
    const elements = step.kind === "copy" ? elementCount(step.fields.dims) : elementCount(tensor.dims);
    written += elements * elementBytes(tensor.dtype);
  }
  return { weights, read, written };
}

/** Elements of tensor `index` that a step which reads parts of it can touch. */
function mostRead(step: Step, index: number): number {
  if (step.kind === "copy")
    return elementCount(step.fields.dims.filter((_, i) => step.fields.xStride[i] !== 0));
  if (step.kind === "gather" && index === step.inputs[0]) {
    const { outer, count, inner } = step.fields;
    return outer * count * inner;
  }
  return Number.POSITIVE_INFINITY;
}

/** Winograd F(m x m) keeps (m + 2)^2 numbers for the nine of a filter, Strassen seven quarters for four. */
function growth(step: Step, index: number): number {
  if (step.kind !== "conv" || index !== step.inputs[1]) return 1;
  switch (CONV_ALGORITHMS[step.fields.algorithm]) {
    case "winograd2":
      return 16 / 9;
    case "winograd4":
      return 36 / 9;
    case "strassen":
      return 7 / 4;
    default:
      return 1;
  }
}
