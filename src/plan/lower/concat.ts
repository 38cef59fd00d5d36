/** concat: one draft entry that concat-in-place turns into nothing or into copies. */
import type { ConcatNode, Value } from "../../graph/graph.ts";
import type { Lowering } from "../layout.ts";
import { isEmpty } from "./common.ts";

export function lowerConcat(lowering: Lowering, node: ConcatNode): void {
  const output = node.outputs[0] as Value;
  const values = node.inputs.filter((value) => !isEmpty(value));
  if (values.length === 1) {
    lowering.defineSame(output, values[0] as Value);
    return;
  }
  const layout = values.some((value) => lowering.prefersNhwc(value)) ? "nhwc" : "plain";
  const parts = values.map((value) => {
    // Only a tensor of the result's layout can become part of it; everything else is copied from where it lies.
    if (lowering.hasLayout(value, layout)) {
      return { base: lowering.tensor(value, layout), view: null, dims: value.dims };
    }
    return { ...lowering.source(value), dims: value.dims };
  });
  const y = lowering.define(output, layout);
  lowering.draft.steps.push({ kind: "concat", name: node.name, axis: node.axis, parts, output: y });
}
