/** Arithmetic of a step: a multiply-add is 2, a comparison or function 1, moved data 0. Fused activations are left out. */
import { elementCount } from "../graph/graph.ts";
import type { Plan, PlanTensor } from "./plan.ts";
import type { Step } from "./steps.ts";

/** Floating-point operations of one run of `step`. NMS counts as 0: it depends on the data; so does adaptive sampling, taken as 1. */
export function stepFlops(plan: Plan, step: Step): number {
  const tensor = (index: number | undefined): PlanTensor | undefined => plan.tensors[index ?? -1];
  const count = (index: number | undefined): number => elementCount(tensor(index)?.dims ?? [0]);
  const written = count(step.outputs[0]);
  switch (step.kind) {
    case "conv": {
      const { poolH, poolW } = step.fields;
      const taps = elementCount(tensor(step.inputs[1])?.dims.slice(1) ?? []);
      const prologue = (step.inputs[4] ?? -1) >= 0 || poolH * poolW > 1 ? 2 * count(step.inputs[0]) : 0;
      return 2 * taps * written + prologue + ((step.inputs[3] ?? -1) >= 0 ? written : 0);
    }
    case "matmul":
      return 2 * step.fields.k * written;
    case "pool":
      return step.fields.kernelH * step.fields.kernelW * written;
    case "reduce":
    case "argReduce":
      return count(step.inputs[0]);
    case "resample":
      return 2 * step.fields.taps * written;
    case "scaleShift":
      return 2 * written;
    case "unary":
    case "binary":
      return written;
    case "softmax":
    case "normalize":
    case "topK":
      return 4 * count(step.inputs[0]);
    case "anchors":
    case "clipBoxes":
      return written;
    case "decodeBoxes":
      return 4 * written;
    case "roiAlign":
    case "multiLevelRoiAlign":
      return 8 * written * Math.max(1, step.fields.samplingRatio) ** 2;
    case "where":
    case "copy":
    case "fill":
    case "cast":
    case "gather":
    case "nms":
    case "classAwareNms":
      return 0;
  }
}
