/** Copies channel slices for the steps that read dense operands only. */

import { elementCount } from "../graph/graph.ts";
import { copyFields } from "./copy.ts";
import {
  type Draft,
  type DraftStep,
  type DraftTensor,
  elementBytes,
  isDense,
  newBuffer,
  newTensor,
} from "./draft.ts";
import { viewOf } from "./view.ts";

/** Runs after concat in place; each slice is copied at most once, in front of its first such reader. */
export function densify(draft: Draft): void {
  const copies = new Map<DraftTensor, DraftTensor>();
  draft.steps = draft.steps.flatMap((entry) => {
    const step = entry as DraftStep;
    if (!step.dense) return [step];
    const added: DraftStep[] = [];
    step.inputs = step.inputs.map((tensor) => {
      if (tensor === null || isDense(tensor)) return tensor;
      let dense = copies.get(tensor);
      if (dense === undefined) {
        dense = denseTwin(tensor);
        copies.set(tensor, dense);
        added.push(copyStep(tensor, dense));
      }
      return dense;
    });
    return [...added, step];
  });
}

function denseTwin({ name, dtype, layout, dims }: DraftTensor): DraftTensor {
  const buffer = newBuffer(elementCount(dims) * elementBytes(dtype));
  return newTensor({ name: `${name}:dense`, dtype, layout, dims, buffer });
}

const copyStep = (from: DraftTensor, to: DraftTensor): DraftStep => ({
  kind: "copy",
  name: to.name,
  inputs: [from],
  outputs: [to],
  dense: false,
  fields: () => ({ ...copyFields(viewOf(from), viewOf(to)) }),
});
