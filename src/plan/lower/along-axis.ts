/** softmax, argReduce, topK, normalize: one axis, or the trailing axes, of dense [outer, n, inner]. */
import {
  type ArgReduceNode,
  elementCount,
  type NormalizeNode,
  type SoftmaxNode,
  type TopKNode,
  type Value,
} from "../../graph/graph.ts";
import type { DraftTensor } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import { expandView } from "../view.ts";
import { aroundAxis, expectF32, expectTypes } from "./common.ts";

export function lowerSoftmax(lowering: Lowering, node: SoftmaxNode): void {
  expectF32(node, ...node.inputs);
  const { x, layout, outer, n, inner } = aroundAxis(lowering, node.inputs[0], node.axis);
  const y = lowering.define(node.outputs[0] as Value, layout);
  const log = node.log ? 1 : 0;
  lowering.draft.emit("softmax", node.name, [x], [y], () => ({ outer, n, inner, log }));
}

export function lowerArgReduce(lowering: Lowering, node: ArgReduceNode): void {
  expectTypes(node, ["f32", "i32"], ...node.inputs);
  const { x, layout, outer, n, inner } = aroundAxis(lowering, node.inputs[0], node.axis, !node.keepDims);
  const y = lowering.define(node.outputs[0] as Value, layout);
  const op = node.op === "min" ? 1 : 0;
  const selectLast = node.selectLast ? 1 : 0;
  lowering.draft.emit("argReduce", node.name, [x], [y], () => ({ op, outer, n, inner, selectLast }));
}

export function lowerTopK(lowering: Lowering, node: TopKNode): void {
  expectF32(node, ...node.inputs);
  const { x, layout, outer, n, inner } = aroundAxis(lowering, node.inputs[0], node.axis);
  const outputs = node.outputs.map((output) => lowering.define(output, layout));
  lowering.draft.emit("topK", node.name, [x], outputs, () => ({
    outer,
    n,
    inner,
    k: node.k,
    largest: node.largest ? 1 : 0,
    sorted: node.sorted ? 1 : 0,
  }));
}

export function lowerNormalize(lowering: Lowering, node: NormalizeNode): void {
  const [value, scale, bias] = node.inputs;
  expectF32(node, ...node.inputs);
  const trailing = value.dims.slice(node.axis);
  const n = elementCount(trailing);
  const outer = elementCount(value.dims.slice(0, node.axis));
  const full = (coefficient: Value | null): DraftTensor | null => {
    if (coefficient === null) return null;
    if (elementCount(coefficient.dims) === n) return lowering.plain(coefficient);
    const { base, view } = lowering.source(coefficient);
    const expanded = { base, view: () => expandView(view(), trailing) };
    return lowering.materialize(`${coefficient.name}:expanded`, expanded, trailing, "plain");
  };
  const inputs = [lowering.plain(value), full(scale), full(bias)];
  const outputs = [0, 1, 2].map((i) => {
    const output = node.outputs[i];
    return output === undefined ? null : lowering.define(output, "plain");
  });
  const { epsilon } = node;
  lowering.draft.emit("normalize", node.name, inputs, outputs, () => ({ outer, n, epsilon }));
}
