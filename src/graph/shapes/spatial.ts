/** Shape rules of nodes that look at windows of feature maps [N, C, H, W]. */
import type { NodeSpec } from "../spec.ts";
import {
  expectDims,
  expectDivisors,
  expectDType,
  expectLength,
  expectRank,
  formatDims,
  mismatch,
  type OutputType,
} from "./check.ts";

/** Windows of one axis: floor((size + pads - extent) / stride) + 1 with extent = (kernel - 1) * dilation + 1. */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  pads: number,
  dilation: number,
): number {
  return Math.floor((size + pads - ((kernel - 1) * dilation + 1)) / stride) + 1;
}

/**
 * The same rounded up, as ONNX's ceil_mode has it: a last window that would start at or behind the end of the
 * data plus leading padding is dropped.
 */
export function windowCountCeil(
  size: number,
  kernel: number,
  stride: number,
  padBefore: number,
  padAfter: number,
  dilation: number,
): number {
  const count = Math.ceil((size + padBefore + padAfter - ((kernel - 1) * dilation + 1)) / stride) + 1;
  return (count - 1) * stride >= size + padBefore ? count - 1 : count;
}

function checkWindow(
  label: string,
  spec: {
    kernel: readonly number[];
    strides: readonly number[];
    dilations: readonly number[];
    pads: readonly number[];
  },
): void {
  expectLength(label, "kernel", spec.kernel, 2);
  expectLength(label, "strides", spec.strides, 2);
  expectLength(label, "dilations", spec.dilations, 2);
  expectLength(label, "pads", spec.pads, 4);
  expectDivisors(label, "kernel, strides and dilations", [
    ...spec.kernel,
    ...spec.strides,
    ...spec.dilations,
  ]);
  if (!spec.pads.every(Number.isInteger))
    mismatch(label, `pads must be integers, not ${formatDims(spec.pads)}.`);
}

function expectWindows(label: string, spatial: readonly number[], input: readonly number[]): void {
  if (!spatial.every((s) => s >= 1)) {
    mismatch(label, `the kernel does not fit into the padded input ${formatDims(input)}; enlarge the input.`);
  }
}

export function convShape(label: string, node: NodeSpec<"conv">): OutputType[] {
  const [x, weight, bias, residual, preScale, preShift, postScale] = node.inputs;
  expectRank(label, "the input", x, 4);
  expectRank(label, "the weight", weight, 4);
  checkWindow(label, node);
  for (const value of node.inputs) expectDType(label, "every operand", value, "f32");
  const [n, c, height, width] = x.dims as [number, number, number, number];
  const outputs = weight.dims[0]!;
  expectDivisors(label, "group", [node.group]);
  if (c % node.group !== 0 || outputs % node.group !== 0) {
    mismatch(label, `channels ${c} -> ${outputs} must be divisible by group ${node.group}.`);
  }
  expectDims(label, "the weight", weight, [outputs, c / node.group, ...node.kernel]);
  expectDims(label, "the bias", bias, [outputs]);
  expectDims(label, "preScale", preScale, [c]);
  expectDims(label, "preShift", preShift, [c]);
  if ((preScale === null) !== (preShift === null)) {
    mismatch(label, "preScale and preShift must be present together.");
  }
  expectDims(label, "postScale", postScale, [outputs]);
  if (postScale !== null && bias === null) mismatch(label, "postScale needs a bias.");
  if (!node.pads.every((p) => p >= 0)) mismatch(label, `pads must be >= 0, not ${formatDims(node.pads)}.`);
  const [top, left, bottom, right] = node.pads;
  let source = [height, width];
  if (node.prePool !== null) {
    const { kernel, strides } = node.prePool;
    expectDivisors(label, "prePool", [...kernel, ...strides]);
    source = source.map((size, i) => windowCount(size, kernel[i]!, strides[i]!, 0, 1));
    expectWindows(label, source, x.dims);
  }
  const spatial = [
    windowCount(source[0]!, node.kernel[0], node.strides[0], top + bottom, node.dilations[0]),
    windowCount(source[1]!, node.kernel[1], node.strides[1], left + right, node.dilations[1]),
  ];
  expectWindows(label, spatial, x.dims);
  const dims = [n, outputs, ...spatial];
  expectDims(label, "the residual", residual, dims);
  return [{ dtype: "f32", dims }];
}

export function convTransposeShape(label: string, node: NodeSpec<"convTranspose">): OutputType[] {
  const [x, weight, bias] = node.inputs;
  expectRank(label, "the input", x, 4);
  expectRank(label, "the weight", weight, 4);
  checkWindow(label, node);
  for (const value of node.inputs) expectDType(label, "every operand", value, "f32");
  const c = x.dims[1]!;
  expectDivisors(label, "group", [node.group]);
  if (c % node.group !== 0) mismatch(label, `${c} input channels must be divisible by group ${node.group}.`);
  expectDims(label, "the weight", weight, [c, weight.dims[1]!, ...node.kernel]);
  const outputs = weight.dims[1]! * node.group;
  expectDims(label, "the bias", bias, [outputs]);
  expectLength(label, "outputSpatial", node.outputSpatial, 2);
  expectDivisors(label, "outputSpatial", node.outputSpatial);
  return [{ dtype: "f32", dims: [x.dims[0]!, outputs, ...node.outputSpatial] }];
}

export function poolShape(label: string, node: NodeSpec<"pool">): OutputType[] {
  const [x] = node.inputs;
  expectRank(label, "the input", x, 4);
  expectDType(label, "the input", x, "f32", "u8");
  checkWindow(label, node);
  const { kernel, strides, dilations, pads } = node;
  if (!pads.every((p) => p >= 0)) mismatch(label, `pads must be >= 0, not ${formatDims(pads)}.`);
  const spatial = [0, 1].map((i) => {
    const size = x.dims[2 + i]!;
    return node.ceilMode
      ? windowCountCeil(size, kernel[i]!, strides[i]!, pads[i]!, pads[2 + i]!, dilations[i]!)
      : windowCount(size, kernel[i]!, strides[i]!, pads[i]! + pads[2 + i]!, dilations[i]!);
  });
  expectWindows(label, spatial, x.dims);
  return [{ dtype: x.dtype, dims: [x.dims[0]!, x.dims[1]!, ...spatial] }];
}

export function roiAlignShape(label: string, node: NodeSpec<"roiAlign">): OutputType[] {
  const [x, rois, batch] = node.inputs;
  expectRank(label, "the input", x, 4);
  expectRank(label, "rois", rois, 2);
  expectDims(label, "rois", rois, [rois.dims[0]!, 4]);
  expectDims(label, "batch indices", batch, [rois.dims[0]!]);
  expectDType(label, "the input and rois", x, "f32");
  expectDType(label, "the input and rois", rois, "f32");
  expectDType(label, "batch indices", batch, "i32", "i64");
  expectDivisors(label, "outputSize", node.outputSize);
  return [{ dtype: "f32", dims: [rois.dims[0]!, x.dims[1]!, ...node.outputSize] }];
}

export function nmsShape(label: string, node: NodeSpec<"nms">): OutputType[] {
  const [boxes, scores] = node.inputs;
  expectRank(label, "boxes", boxes, 3);
  expectRank(label, "scores", scores, 3);
  expectDType(label, "boxes", boxes, "f32");
  expectDType(label, "scores", scores, "f32");
  const [batch, classes, count] = scores.dims as [number, number, number];
  expectDims(label, "boxes", boxes, [batch, count, 4]);
  const perClass = Math.min(Math.max(0, node.maxPerClass), count);
  return [{ dtype: "i64", dims: [batch * classes * perClass, 3] }];
}
