/** gather and resample: elements of one axis picked or blended by index. */
import { SpineXRError } from "../../api/errors.ts";
import {
  elementCount,
  type GatherNode,
  isConstant,
  type ResampleNode,
  type Value,
} from "../../graph/graph.ts";
import type { Lowering } from "../layout.ts";
import { reshapeView, sliceView } from "../view.ts";
import { aroundAxis, expectF32 } from "./common.ts";

export function lowerGather(lowering: Lowering, node: GatherNode): void {
  const [value, indices] = node.inputs;
  const output = node.outputs[0] as Value;
  if (isConstant(indices) && elementCount(indices.dims) === 1) {
    pickOne(lowering, node, Number(indices.constant![0]));
    return;
  }
  const sameRank = indices.dims.length === 1;
  const { x, layout, outer, n, inner } = aroundAxis(lowering, value, node.axis, !sameRank);
  const list = lowering.plain(indices);
  const y = lowering.define(output, layout);
  const count = elementCount(indices.dims);
  lowering.draft.emit("gather", node.name, [x, list], [y], () => ({ outer, n, count, inner }));
}

/** One constant index: a slice, possibly without the axis. */
function pickOne(lowering: Lowering, node: GatherNode, index: number): void {
  const [value] = node.inputs;
  const output = node.outputs[0] as Value;
  const size = value.dims[node.axis] as number;
  const start = index < 0 ? index + size : index;
  if (start < 0 || start >= size) {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `gather "${node.name}" asks for element ${index} of an axis of ${size}; correct the indices in the model.`,
    );
  }
  const starts = value.dims.map((_, i) => (i === node.axis ? start : 0));
  const ones = value.dims.map(() => 1);
  const slice = sliceView(lowering.view(value), starts, ones, value.dims.with(node.axis, 1));
  // A slice of length 1 always exists, and so does a reshape that only adds or drops axes of length 1.
  const view = slice && reshapeView(slice, output.dims);
  if (view === null) throw new SpineXRError("INTERNAL", `gather "${node.name}" is not a slice.`);
  lowering.defineView(output, view);
}

export function lowerResample(lowering: Lowering, node: ResampleNode): void {
  expectF32(node, ...node.inputs);
  const { x, layout, outer, n, inner } = aroundAxis(lowering, node.inputs[0], node.axis);
  const { taps } = node;
  const count = node.indices.length / taps;
  const indices = lowering.constant(`${node.name}:indices`, node.indices, [count, taps]);
  const weights = lowering.constant(`${node.name}:weights`, node.weights, [count, taps]);
  const y = lowering.define(node.outputs[0] as Value, layout);
  lowering.draft.emit("resample", node.name, [x, indices, weights], [y], () => ({
    outer,
    n,
    count,
    inner,
    taps,
  }));
}
