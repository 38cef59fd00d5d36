/**
 * Step kinds and their fields, in binary order. Twin of native/plan/steps.inc (held by test/plan/steps-twin.test.ts).
 * A field is "i" (int32), "f" (float32) or "i[n]" (n int32). Tensor operands are listed first: names ending in
 * "?" may be absent (-1). Strides and counts are in elements. "f32" of an operand is said of numbers: half.ts says which of
 * them may be f16 instead, and which of those have one type.
 */
export const ACTIVATIONS = [
  "none",
  "relu",
  "clip",
  "leakyRelu",
  "sigmoid",
  "tanh",
  "silu",
  "hardSigmoid",
  "hardSwish",
] as const;
export const UNARY_OPS = [
  "relu",
  "clip",
  "leakyRelu",
  "sigmoid",
  "tanh",
  "silu",
  "hardSigmoid",
  "hardSwish",
  "abs",
  "neg",
  "exp",
  "log",
  "sqrt",
  "reciprocal",
  "floor",
  "ceil",
  "round",
  "sign",
  "erf",
  "gelu",
  "geluTanh",
  "softplus",
  "softsign",
  "elu",
  "selu",
  "celu",
  "mish",
  "thresholdedRelu",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "not",
  "isNan",
] as const;
export const BINARY_OPS = [
  "add",
  "sub",
  "mul",
  "div",
  "min",
  "max",
  "pow",
  "prelu",
  "equal",
  "less",
  "lessOrEqual",
  "greater",
  "greaterOrEqual",
  "and",
  "or",
  "xor",
  "mod",
] as const;
export const REDUCE_OPS = [
  "sum",
  "mean",
  "max",
  "min",
  "prod",
  "sumSquare",
  "l1",
  "l2",
  "logSum",
  "logSumExp",
] as const;
export const CONV_ALGORITHMS = ["auto", "gemm", "depthwise", "winograd2", "winograd4", "strassen"] as const;
export const POOL_MODES = ["max", "average", "lp"] as const;

type FieldType = "i" | "f" | `i[${number}]`;
interface StepSpec {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly fields: Readonly<Record<string, FieldType>>;
}

export const STEPS = {
  /**
   * x, residual, y nhwc, residual in y's type; weight plain [O, C/group, kh, kw]; prologue and epilogue as graph.ts ConvNode.
   * pool* = 1 when absent.
   */
  conv: {
    inputs: ["x", "weight", "bias?", "residual?", "preScale?", "preShift?", "postScale?"],
    outputs: ["y"],
    fields: {
      kernelH: "i",
      kernelW: "i",
      strideH: "i",
      strideW: "i",
      padTop: "i",
      padLeft: "i",
      dilationH: "i",
      dilationW: "i",
      group: "i",
      preRelu: "i",
      poolH: "i",
      poolW: "i",
      poolStrideH: "i",
      poolStrideW: "i",
      algorithm: "i",
      activation: "i",
      alpha: "f",
      beta: "f",
    },
  },
  /** y[batch.., m, n] = act(scale * A B + bias[n]); A is [m, k] (or [k, m] when transA), batch strides 0 where broadcast. */
  matmul: {
    inputs: ["a", "b", "bias?"],
    outputs: ["y"],
    fields: {
      m: "i",
      n: "i",
      k: "i",
      transA: "i",
      transB: "i",
      batch: "i[4]",
      aBatchStride: "i[4]",
      bBatchStride: "i[4]",
      scale: "f",
      activation: "i",
      alpha: "f",
      beta: "f",
    },
  },
  /** x, y nhwc. */
  pool: {
    inputs: ["x"],
    outputs: ["y"],
    fields: {
      mode: "i",
      kernelH: "i",
      kernelW: "i",
      strideH: "i",
      strideW: "i",
      padTop: "i",
      padLeft: "i",
      padBottom: "i",
      padRight: "i",
      dilationH: "i",
      dilationW: "i",
      countIncludePad: "i",
      p: "i",
    },
  },
  /** y[o, i] = op over j < n of x[o * outerStride + j * stride + i], o < outer, i < inner; y dense. */
  reduce: {
    inputs: ["x"],
    outputs: ["y"],
    fields: { op: "i", outer: "i", n: "i", inner: "i", outerStride: "i", stride: "i" },
  },
  /** rows of cols elements, row strides apart; y may be x. */
  unary: {
    inputs: ["x"],
    outputs: ["y"],
    fields: { op: "i", rows: "i", cols: "i", xStride: "i", yStride: "i", alpha: "f", beta: "f" },
  },
  /** y[r, c] = act(x[r, c] * scale[c] + shift[c]); y may be x. */
  scaleShift: {
    inputs: ["x", "scale", "shift"],
    outputs: ["y"],
    fields: { rows: "i", cols: "i", xStride: "i", yStride: "i", activation: "i", alpha: "f", beta: "f" },
  },
  /**
   * Right-aligned dims; stride 0 broadcasts. y may be a or b. Arithmetic of f32 or i32 gives the same type (mod: f32
   * takes the sign of a, i32 of b; i32 wraps, div and mod by 0 give 0), comparisons of any type and logic of u8 give u8.
   * f16: all floats of a, b and y, but for a constant a or b, which stays f32.
   */
  binary: {
    inputs: ["a", "b"],
    outputs: ["y"],
    fields: {
      op: "i",
      dims: "i[6]",
      aStride: "i[6]",
      bStride: "i[6]",
      yStride: "i[6]",
      activation: "i",
      alpha: "f",
      beta: "f",
    },
  },
  /** condition u8; a, b, y the same type. */
  where: {
    inputs: ["condition", "a", "b"],
    outputs: ["y"],
    fields: { dims: "i[6]", conditionStride: "i[6]", aStride: "i[6]", bStride: "i[6]" },
  },
  /** y[yOffset + sum i_d yStride_d] = x[xOffset + sum i_d xStride_d]; strides may be 0 (x) or negative; any dtype. */
  copy: {
    inputs: ["x"],
    outputs: ["y"],
    fields: { dims: "i[8]", xStride: "i[8]", yStride: "i[8]", xOffset: "i", yOffset: "i" },
  },
  /** The whole (dense) tensor becomes `value` (i32/u8: truncated). */
  fill: { inputs: [], outputs: ["y"], fields: { value: "f" } },
  /** f32 <-> f16 (to nearest even) <-> i32 <-> u8 (truncation; u8 is bool: non-zero gives 1); dense, count elements. */
  cast: { inputs: ["x"], outputs: ["y"], fields: { count: "i" } },
  /** y[o, j, i] = sum_t weights[j, t] x[o, indices[j, t], i]; dense. indices i32, weights f32: constants. */
  resample: {
    inputs: ["x", "indices", "weights"],
    outputs: ["y"],
    fields: { outer: "i", n: "i", count: "i", inner: "i", taps: "i" },
  },
  /** y[o, j, i] = x[o, indices[j], i], negative indices count from the end; any dtype; dense. */
  gather: {
    inputs: ["x", "indices"],
    outputs: ["y"],
    fields: { outer: "i", n: "i", count: "i", inner: "i" },
  },
  /** over n; dense [outer, n, inner]. */
  softmax: { inputs: ["x"], outputs: ["y"], fields: { outer: "i", n: "i", inner: "i", log: "i" } },
  /** (x - mean) / sqrt(var + epsilon) over n of dense [outer, n]; scale and bias have n elements. */
  normalize: {
    inputs: ["x", "scale?", "bias?"],
    outputs: ["y", "mean?", "inverseDeviation?"],
    fields: { outer: "i", n: "i", epsilon: "f" },
  },
  /** y i32; dense [outer, n, inner]; op 0 max, 1 min. */
  argReduce: {
    inputs: ["x"],
    outputs: ["y"],
    fields: { op: "i", outer: "i", n: "i", inner: "i", selectLast: "i" },
  },
  /** values f32, indices i32; dense [outer, n, inner] -> [outer, k, inner]; ties: lower index first. */
  topK: {
    inputs: ["x"],
    outputs: ["values", "indices"],
    fields: { outer: "i", n: "i", inner: "i", k: "i", largest: "i", sorted: "i" },
  },
  /** x, y nhwc; rois plain f32 [R, 4]; batch i32 [R]; samplingRatio 0 = adaptive; mode 0 average, 1 max. */
  roiAlign: {
    inputs: ["x", "rois", "batch"],
    outputs: ["y"],
    fields: { mode: "i", samplingRatio: "i", aligned: "i", spatialScale: "f" },
  },
  /** boxes f32 [batch, n, 4], scores f32 [batch, classes, n] -> i32 [max, 3] (batch, class, box) and count i32 [1]. */
  nms: {
    inputs: ["boxes", "scores"],
    outputs: ["selected", "count"],
    fields: {
      batch: "i",
      classes: "i",
      n: "i",
      maxPerClass: "i",
      centerPointBox: "i",
      iouThreshold: "f",
      scoreThreshold: "f",
    },
  },
  /** y f32 [height * width * A, 4] corners, row major, anchor innermost; shapes f32 [A, 2] (width, height). */
  anchors: {
    inputs: ["shapes"],
    outputs: ["y"],
    fields: { height: "i", width: "i", stride: "f", offset: "f" },
  },
  /** boxes f32 [n, 4], deltas and y f32 [n, groups, 4]; plain. The formula is that of graph.ts DecodeBoxesNode. */
  decodeBoxes: {
    inputs: ["boxes", "deltas"],
    outputs: ["y"],
    fields: {
      n: "i",
      groups: "i",
      weightX: "f",
      weightY: "f",
      weightW: "f",
      weightH: "f",
      scaleClamp: "f",
    },
  },
  /** n boxes, f32 [n, 4]; size f32 [2] (height, width); plain. */
  clipBoxes: { inputs: ["boxes", "size"], outputs: ["y"], fields: { n: "i" } },
  /** boxes f32 [R, 4]; scales f32 [maps]; maps and y nhwc, the first absent map ends the list; fields as graph.ts. */
  multiLevelRoiAlign: {
    inputs: ["boxes", "scales", "map0", "map1?", "map2?", "map3?", "map4?", "map5?", "map6?", "map7?"],
    outputs: ["y"],
    fields: {
      samplingRatio: "i",
      aligned: "i",
      lowestLevel: "i",
      canonicalSize: "f",
      canonicalLevel: "i",
    },
  },
  /** boxes f32 [n, 4], scores f32 [n], classes i32 [n] -> kept i32 [m], its scores f32 [m], count i32 [1]; m = min(n, maxKept). */
  classAwareNms: {
    inputs: ["boxes", "scores", "classes"],
    outputs: ["kept", "keptScores", "count"],
    fields: { n: "i", maxKept: "i", iouThreshold: "f", scoreThreshold: "f" },
  },
} as const satisfies Record<string, StepSpec>;

export type StepKind = keyof typeof STEPS;
type FieldValue<T extends FieldType> = T extends `i[${number}]` ? readonly number[] : number;
export type StepFields<K extends StepKind> = {
  -readonly [F in keyof (typeof STEPS)[K]["fields"]]: FieldValue<
    Extract<(typeof STEPS)[K]["fields"][F], FieldType>
  >;
};

/** A step on some images of the batch; others do the rest (split-batch.ts). */
export interface StepPart {
  /** The number of the whole step among the steps before any was split. */
  readonly step: number;
  /** The first image, and the one behind the last. */
  readonly images: readonly [from: number, to: number];
}

export interface StepOf<K extends StepKind> {
  readonly kind: K;
  readonly name: string;
  /** Tensor indices in the order of STEPS[kind].inputs / .outputs; -1 = absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly fields: Readonly<StepFields<K>>;
  /** Absent: all images. */
  readonly part?: StepPart;
}
export type Step = { [K in StepKind]: StepOf<K> }[StepKind];
