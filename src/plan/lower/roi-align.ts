/** roiAlign and multiLevelRoiAlign: regions of nhwc maps, pooled to nhwc. */
import type { MultiLevelRoiAlignNode, RoiAlignNode, Value } from "../../graph/graph.ts";
import type { DraftTensor } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import { STEPS } from "../steps.ts";
import { expectF32 } from "./common.ts";

export function lowerRoiAlign(lowering: Lowering, node: RoiAlignNode): void {
  const [x, rois, batch] = node.inputs;
  expectF32(node, x, rois);
  const inputs = [lowering.nhwc(x), lowering.plain(rois), lowering.plain(batch)];
  const y = lowering.define(node.outputs[0] as Value, "nhwc");
  lowering.draft.emit("roiAlign", node.name, inputs, [y], () => ({
    mode: node.mode === "max" ? 1 : 0,
    samplingRatio: node.samplingRatio,
    aligned: node.aligned ? 1 : 0,
    spatialScale: node.spatialScale,
  }));
}

export function lowerMultiLevelRoiAlign(lowering: Lowering, node: MultiLevelRoiAlignNode): void {
  const [boxes, ...maps] = node.inputs;
  expectF32(node, ...node.inputs);
  const scales = Float32Array.from(node.scales);
  const inputs: (DraftTensor | null)[] = [
    lowering.plain(boxes),
    lowering.constant(`${node.name}:scales`, scales, [scales.length]),
    ...maps.map((map) => lowering.nhwc(map)),
  ];
  while (inputs.length < STEPS.multiLevelRoiAlign.inputs.length) inputs.push(null);
  const y = lowering.define(node.outputs[0] as Value, "nhwc");
  lowering.draft.emit("multiLevelRoiAlign", node.name, inputs, [y], () => ({
    samplingRatio: node.samplingRatio,
    aligned: node.aligned ? 1 : 0,
    lowestLevel: node.lowestLevel,
    canonicalSize: node.canonicalSize,
    canonicalLevel: node.canonicalLevel,
  }));
}
