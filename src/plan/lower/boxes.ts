/** anchors, decodeBoxes, clipBoxes: one step each on plain rows of four numbers. */
import {
  type AnchorsNode,
  type ClipBoxesNode,
  type DecodeBoxesNode,
  elementCount,
  type Value,
} from "../../graph/graph.ts";
import type { Lowering } from "../layout.ts";
import { expectF32 } from "./common.ts";

export function lowerAnchors(lowering: Lowering, node: AnchorsNode): void {
  expectF32(node, ...node.inputs);
  const shapes = lowering.plain(node.inputs[0]);
  const y = lowering.define(node.outputs[0] as Value, "plain");
  const { height, width, stride, offset } = node;
  lowering.draft.emit("anchors", node.name, [shapes], [y], () => ({ height, width, stride, offset }));
}

export function lowerDecodeBoxes(lowering: Lowering, node: DecodeBoxesNode): void {
  expectF32(node, ...node.inputs);
  const inputs = node.inputs.map((value) => lowering.plain(value));
  const [n, width] = node.inputs[1].dims as [number, number];
  const y = lowering.define(node.outputs[0] as Value, "plain");
  const [weightX, weightY, weightW, weightH] = node.weights;
  const weights = { weightX, weightY, weightW, weightH };
  lowering.draft.emit("decodeBoxes", node.name, inputs, [y], () => ({
    n,
    groups: width / 4,
    ...weights,
    scaleClamp: node.scaleClamp,
  }));
}

export function lowerClipBoxes(lowering: Lowering, node: ClipBoxesNode): void {
  expectF32(node, ...node.inputs);
  const inputs = node.inputs.map((value) => lowering.plain(value));
  const n = elementCount(node.inputs[0].dims) / 4;
  const y = lowering.define(node.outputs[0] as Value, "plain");
  lowering.draft.emit("clipBoxes", node.name, inputs, [y], () => ({ n }));
}
