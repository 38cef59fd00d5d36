/** Shape rules of the detector's box nodes. Their numbers come from files, so each is checked for its range here. */
import type { Value } from "../graph.ts";
import type { NodeSpec } from "../spec.ts";
import {
  checkDims,
  expectDims,
  expectDivisors,
  expectDType,
  expectLength,
  expectRank,
  formatDims,
  mismatch,
  type OutputType,
} from "./check.ts";

/** A step has so many operands for maps. */
export const MAX_ROI_LEVELS = 8;
const MAX_LEVEL = 64;

export function anchorsShape(label: string, node: NodeSpec<"anchors">): OutputType[] {
  const [shapes] = node.inputs;
  expectRows(label, "the anchors' widths and heights", shapes, 2);
  checkDims(label, [node.height, node.width]);
  expectPositive(label, "the stride", node.stride);
  if (!Number.isFinite(node.offset)) mismatch(label, `the offset must be finite, but it is ${node.offset}.`);
  return [{ dtype: "f32", dims: [node.height * node.width * shapes.dims[0]!, 4] }];
}

export function decodeBoxesShape(label: string, node: NodeSpec<"decodeBoxes">): OutputType[] {
  const [boxes, deltas] = node.inputs;
  expectRows(label, "boxes", boxes, 4);
  expectBoxGroups(label, "deltas", deltas);
  if (deltas.dims[0] !== boxes.dims[0]) {
    mismatch(label, `${boxes.dims[0]} boxes need as many deltas, but there are ${deltas.dims[0]}.`);
  }
  expectLength(label, "weights", node.weights, 4);
  if (!node.weights.every((weight) => Number.isFinite(weight) && weight !== 0)) {
    mismatch(label, `weights must be finite and not 0, but they are ${formatDims(node.weights)}.`);
  }
  if (Number.isNaN(node.scaleClamp)) mismatch(label, "scaleClamp must be a number, but it is NaN.");
  return [{ dtype: "f32", dims: deltas.dims }];
}

export function clipBoxesShape(label: string, node: NodeSpec<"clipBoxes">): OutputType[] {
  const [boxes, size] = node.inputs;
  expectBoxGroups(label, "boxes", boxes);
  expectDType(label, "the picture's height and width", size, "f32");
  expectDims(label, "the picture's height and width", size, [2]);
  return [{ dtype: "f32", dims: boxes.dims }];
}

export function multiLevelRoiAlignShape(label: string, node: NodeSpec<"multiLevelRoiAlign">): OutputType[] {
  const [boxes, ...maps] = node.inputs;
  expectRows(label, "boxes", boxes, 4);
  if (maps.length < 1 || maps.length > MAX_ROI_LEVELS) {
    mismatch(label, `there must be 1 to ${MAX_ROI_LEVELS} maps, but there are ${maps.length}.`);
  }
  expectRank(label, "every map", maps[0]!, 4);
  const channels = maps[0]!.dims[1]!;
  for (const map of maps) {
    expectDType(label, "every map", map, "f32");
    expectRank(label, "every map", map, 4);
    expectDims(label, "one picture with equal channels is expected: every map", map, [
      1,
      channels,
      ...map.dims.slice(2),
    ]);
  }
  expectLength(label, "scales", node.scales, maps.length);
  for (const scale of node.scales) expectPositive(label, "every scale", scale);
  expectLength(label, "outputSize", node.outputSize, 2);
  expectDivisors(label, "outputSize", node.outputSize);
  expectWhole(label, "samplingRatio", node.samplingRatio, 1024);
  expectWhole(label, "lowestLevel", node.lowestLevel, MAX_LEVEL);
  expectWhole(label, "canonicalLevel", node.canonicalLevel, MAX_LEVEL);
  expectPositive(label, "canonicalSize", node.canonicalSize);
  return [{ dtype: "f32", dims: [boxes.dims[0]!, channels, ...node.outputSize] }];
}

export function classAwareNmsShape(label: string, node: NodeSpec<"classAwareNms">): OutputType[] {
  const [boxes, scores, classes] = node.inputs;
  expectRows(label, "boxes", boxes, 4);
  const count = boxes.dims[0]!;
  expectDType(label, "scores", scores, "f32");
  expectDims(label, "scores", scores, [count]);
  expectDType(label, "classes", classes, "i32", "i64");
  expectDims(label, "classes", classes, [count]);
  if (Number.isNaN(node.iouThreshold) || Number.isNaN(node.scoreThreshold)) {
    mismatch(label, "thresholds must be numbers, but one is NaN.");
  }
  expectWhole(label, "maxKept", node.maxKept, Number.MAX_SAFE_INTEGER);
  const dims = [Math.min(count, node.maxKept)];
  return [
    { dtype: "i64", dims },
    { dtype: "f32", dims },
  ];
}

/** f32 [n, width]. */
function expectRows(label: string, role: string, value: Value, width: number): void {
  expectDType(label, role, value, "f32");
  expectRank(label, role, value, 2);
  expectDims(label, role, value, [value.dims[0]!, width]);
}

/** f32 [n, 4g], g of at least 1. */
function expectBoxGroups(label: string, role: string, value: Value): void {
  expectDType(label, role, value, "f32");
  expectRank(label, role, value, 2);
  const width = value.dims[1]!;
  if (width === 0 || width % 4 !== 0) {
    mismatch(
      label,
      `${role} must have 4 numbers for each group, but "${value.name}" is ${formatDims(value.dims)}.`,
    );
  }
}

function expectPositive(label: string, role: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    mismatch(label, `${role} must be finite and greater than 0, but it is ${value}.`);
  }
}

function expectWhole(label: string, role: string, value: number, most: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
    mismatch(label, `${role} must be a whole number in 0 .. ${most}, but it is ${value}.`);
  }
}
