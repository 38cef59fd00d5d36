/** A step in words: the algorithm that computes it, and what its fields say. */
import type { Plan } from "./plan.ts";
import {
  ACTIVATIONS,
  BINARY_OPS,
  CONV_ALGORITHMS,
  POOL_MODES,
  REDUCE_OPS,
  type Step,
  type StepOf,
  UNARY_OPS,
} from "./steps.ts";

/**
 * "GEMM" (a matrix product of the tensors as they are), "implicit GEMM" (of rows unfolded while they are packed),
 * "depthwise", "Winograd F(2x2)", "Winograd F(4x4)", "Strassen"; "" for kinds that are computed in one way only.
 */
export function stepAlgorithm(plan: Plan, step: Step): string {
  if (step.kind === "matmul") return "GEMM";
  return step.kind === "conv" ? convAlgorithm(plan, step) : "";
}

/** What prepare_conv in native/ops/conv.cpp takes. */
function convAlgorithm(plan: Plan, { inputs, outputs, fields }: StepOf<"conv">): string {
  const channels = (index: number | undefined): number | undefined => plan.tensors[index ?? -1]?.dims[1];
  switch (CONV_ALGORITHMS[fields.algorithm]) {
    case "winograd2":
      return "Winograd F(2x2)";
    case "winograd4":
      return "Winograd F(4x4)";
    case "strassen":
      return "Strassen";
    case "auto":
    case "depthwise":
      if (fields.group > 1 && fields.group === channels(inputs[0]) && fields.group === channels(outputs[0]))
        return "depthwise";
  }
  const { kernelH, kernelW, strideH, strideW, poolH, poolW } = fields;
  const pointwise = [kernelH, kernelW, strideH, strideW, poolH, poolW].every((one) => one === 1);
  return pointwise ? "GEMM" : "implicit GEMM";
}

/**
 * Geometry and what is fused, in the order of computing: "BN > relu > 1x1 > BN > relu", "3x3/2 > add > relu" (/2 is a
 * stride), "max 3x3/2"; m x k x n of a matrix product; "image 0-3" (from 0 on) of a step on a part of the batch. "" where there is
 * nothing to say.
 */
export function stepDetail(step: Step): string {
  const [from, to] = step.part?.images ?? [];
  const images = to === undefined ? "" : `image ${from}${to === from! + 1 ? "" : `-${to - 1}`}`;
  return [wholeDetail(step), images].filter((text) => text !== "").join(", ");
}

function wholeDetail(step: Step): string {
  switch (step.kind) {
    case "conv":
      return convDetail(step);
    case "matmul": {
      const { m, k, n, batch } = step.fields;
      const items = batch.reduce((a, b) => a * b, 1);
      return chain(`${items > 1 ? `${items} of ` : ""}${m}x${k}x${n}`, activation(step.fields));
    }
    case "pool": {
      const { mode, kernelH, kernelW, strideH, strideW } = step.fields;
      return `${POOL_MODES[mode]} ${window(kernelH, kernelW, strideH, strideW)}`;
    }
    case "reduce":
      return `${REDUCE_OPS[step.fields.op]} of ${step.fields.n}`;
    case "argReduce":
      return `${step.fields.op === 0 ? "max" : "min"} of ${step.fields.n}`;
    case "unary":
      return UNARY_OPS[step.fields.op] as string;
    case "binary":
      return chain(BINARY_OPS[step.fields.op] as string, activation(step.fields));
    case "scaleShift":
      return activation(step.fields);
    case "softmax":
      return `${step.fields.log === 0 ? "" : "log "}of ${step.fields.n}`;
    case "normalize":
      return `of ${step.fields.n}`;
    case "topK":
      return `${step.fields.k} of ${step.fields.n}`;
    case "resample":
      return `${step.fields.n} to ${step.fields.count}, taps ${step.fields.taps}`;
    case "roiAlign":
      return `${step.fields.mode === 0 ? "average" : "max"}, ${samples(step.fields.samplingRatio)}`;
    case "multiLevelRoiAlign":
      return samples(step.fields.samplingRatio);
    case "nms":
    case "classAwareNms":
      return `IoU ${Number(step.fields.iouThreshold.toPrecision(4))}`;
    case "where":
    case "copy":
    case "fill":
    case "cast":
    case "gather":
    case "anchors":
    case "decodeBoxes":
    case "clipBoxes":
      return "";
  }
}

function convDetail({ inputs, fields }: StepOf<"conv">): string {
  const { kernelH, kernelW, strideH, strideW, dilationH, dilationW, group, poolH, poolW } = fields;
  const has = (operand: number): boolean => (inputs[operand] ?? -1) >= 0;
  const dilated = dilationH * dilationW > 1 ? ` dilated ${dilationH}x${dilationW}` : "";
  return chain(
    has(4) || has(5) ? "BN" : "",
    fields.preRelu === 0 ? "" : "relu",
    poolH * poolW > 1 ? `average ${window(poolH, poolW, fields.poolStrideH, fields.poolStrideW)}` : "",
    window(kernelH, kernelW, strideH, strideW) + dilated + (group > 1 ? ` in ${group} groups` : ""),
    has(6) ? "BN" : "",
    has(3) ? "add" : "",
    activation(fields),
  );
}

const chain = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" > ");

const activation = ({ activation: index }: { readonly activation: number }): string =>
  index === 0 ? "" : (ACTIVATIONS[index] as string);

function window(height: number, width: number, strideH: number, strideW: number): string {
  const stride = strideH === strideW ? String(strideH) : `${strideH}x${strideW}`;
  return `${height}x${width}${stride === "1" ? "" : `/${stride}`}`;
}

const samples = (ratio: number): string => (ratio === 0 ? "adaptive samples" : `${ratio}x${ratio} samples`);
