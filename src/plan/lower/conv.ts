/** conv and pool: one step each, maps nhwc. */
import type { ConvNode, PoolNode, Value } from "../../graph/graph.ts";
import { convSite } from "../conv-site.ts";
import type { DraftTensor } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import { CONV_ALGORITHMS, POOL_MODES } from "../steps.ts";
import { activationFields, expectF32 } from "./common.ts";

export function lowerConv(lowering: Lowering, node: ConvNode): void {
  const [x, weight, bias, residual, preScale, preShift, postScale] = node.inputs;
  expectF32(node, ...node.inputs);
  const plain = (value: Value | null): DraftTensor | null => value && lowering.plain(value);
  const inputs = [
    lowering.nhwc(x),
    lowering.plain(weight),
    plain(bias),
    residual && lowering.nhwc(residual),
    plain(preScale),
    plain(preShift),
    plain(postScale),
  ];
  const y = lowering.define(node.outputs[0] as Value, "nhwc");
  const algorithm = lowering.chooseConv(convSite(node, lowering.averaged));
  lowering.draft.emit("conv", node.name, inputs, [y], () => ({
    kernelH: node.kernel[0],
    kernelW: node.kernel[1],
    strideH: node.strides[0],
    strideW: node.strides[1],
    padTop: node.pads[0],
    padLeft: node.pads[1],
    dilationH: node.dilations[0],
    dilationW: node.dilations[1],
    group: node.group,
    preRelu: node.preRelu ? 1 : 0,
    poolH: node.prePool?.kernel[0] ?? 1,
    poolW: node.prePool?.kernel[1] ?? 1,
    poolStrideH: node.prePool?.strides[0] ?? 1,
    poolStrideW: node.prePool?.strides[1] ?? 1,
    algorithm: CONV_ALGORITHMS.indexOf(algorithm),
    ...activationFields(node.activation),
  }));
}

export function lowerPool(lowering: Lowering, node: PoolNode): void {
  expectF32(node, ...node.inputs);
  const x = lowering.nhwc(node.inputs[0]);
  const y = lowering.define(node.outputs[0] as Value, "nhwc");
  lowering.draft.emit("pool", node.name, [x], [y], () => ({
    mode: POOL_MODES.indexOf(node.mode),
    kernelH: node.kernel[0],
    kernelW: node.kernel[1],
    strideH: node.strides[0],
    strideW: node.strides[1],
    padTop: node.pads[0],
    padLeft: node.pads[1],
    padBottom: node.pads[2],
    padRight: node.pads[3],
    dilationH: node.dilations[0],
    dilationW: node.dilations[1],
    countIncludePad: node.countIncludePad ? 1 : 0,
    p: node.p,
  }));
}
