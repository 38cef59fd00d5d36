/** nms, classAwareNms: fixed-size rows and a count of the valid ones, which an output port may carry. */
import type { ClassAwareNmsNode, NmsNode, Value } from "../../graph/graph.ts";
import type { Lowering } from "../layout.ts";
import { isEmpty } from "./common.ts";

export function lowerNms(lowering: Lowering, node: NmsNode): void {
  const [boxes, scores] = node.inputs;
  const output = node.outputs[0] as Value;
  const [batch, classes, n] = scores.dims as [number, number, number];
  const count = lowering.fresh(`${output.name}:count`, "i32", [1]);
  lowering.counts.set(output, count);
  const inputs = [lowering.plain(boxes), lowering.plain(scores)];
  const selected = lowering.define(output, "plain");
  if (isEmpty(output)) {
    lowering.draft.emit("fill", node.name, [], [count], () => ({ value: 0 }));
    return;
  }
  lowering.draft.emit("nms", node.name, inputs, [selected, count], () => ({
    batch,
    classes,
    n,
    maxPerClass: Math.min(node.maxPerClass, n),
    centerPointBox: node.centerPointBox ? 1 : 0,
    iouThreshold: node.iouThreshold,
    scoreThreshold: node.scoreThreshold,
  }));
}

export function lowerClassAwareNms(lowering: Lowering, node: ClassAwareNmsNode): void {
  const [boxes, scores, classes] = node.inputs;
  const [kept, keptScores] = node.outputs as [Value, Value];
  const count = lowering.fresh(`${kept.name}:count`, "i32", [1]);
  lowering.counts.set(kept, count);
  lowering.counts.set(keptScores, count);
  const inputs = [lowering.plain(boxes), lowering.plain(scores), lowering.plain(classes)];
  const outputs = [lowering.define(kept, "plain"), lowering.define(keptScores, "plain")];
  if (isEmpty(kept)) {
    lowering.draft.emit("fill", node.name, [], [count], () => ({ value: 0 }));
    return;
  }
  const n = scores.dims[0] as number;
  lowering.draft.emit("classAwareNms", node.name, inputs, [...outputs, count], () => ({
    n,
    maxKept: Math.min(node.maxKept, n),
    iouThreshold: node.iouThreshold,
    scoreThreshold: node.scoreThreshold,
  }));
}
