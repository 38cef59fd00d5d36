/**
 * The intermediate representation between importers and the planner.
 *
 * A Graph is a list of nodes in topological order over values with KNOWN dims: a graph is made for one
 * signature of input shapes (and, for integer shape inputs, values), so no pass reasons about symbols. Dims are
 * logical, in ONNX order (feature maps are N, C, H, W); memory layout belongs to `plan/layout.ts`.
 *
 * Node kinds are canonical: opset differences, optional attributes, auto_pad and integer shape arithmetic are
 * gone once an importer is done. Only the optimiser produces the fields marked "fused".
 */
import type { StoredFloats } from "../bytes/stored.ts";

export type DType = "f32" | "i32" | "i64" | "u8" | "bool";

/** Storage of a constant: f32 Float32Array; i32 Int32Array; i64 BigInt64Array; u8 and bool Uint8Array. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

export interface Value {
  readonly id: number;
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /**
   * Present on constants: row-major, `product(dims)` elements; shared, never written. Of stored ones it is read from
   * the file whenever it is asked for: isConstant() tells without reading.
   */
  readonly constant?: TensorData;
  /** Of an f32 constant that lies in a file: where. */
  readonly stored?: StoredFloats;
}

export const isConstant = (value: Value): boolean =>
  value.stored !== undefined || value.constant !== undefined;

/** What a conv, matmul, binary or scaleShift may apply last. alpha and beta as in ONNX (clip: alpha = min, beta = max). */
export interface Activation {
  readonly op: "relu" | "clip" | "leakyRelu" | "sigmoid" | "tanh" | "silu" | "hardSigmoid" | "hardSwish";
  readonly alpha: number;
  readonly beta: number;
}

export type UnaryOp =
  | "relu"
  | "clip"
  | "leakyRelu"
  | "sigmoid"
  | "tanh"
  | "silu"
  | "hardSigmoid"
  | "hardSwish"
  | "abs"
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "reciprocal"
  | "floor"
  | "ceil"
  | "round"
  | "sign"
  | "erf"
  | "gelu"
  | "geluTanh"
  | "softplus"
  | "softsign"
  | "elu"
  | "selu"
  | "celu"
  | "mish"
  | "thresholdedRelu"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "not"
  | "isNan";

export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "pow"
  | "prelu" // prelu: a >= 0 ? a : a * b
  | "equal"
  | "less"
  | "lessOrEqual"
  | "greater"
  | "greaterOrEqual"
  | "and"
  | "or"
  | "xor"
  | "mod"; // integers: the divisor's sign (ONNX fmod = 0); f32: the dividend's (C fmod)
// Whole numbers are 32 bits wide at run time and wrap; div truncates toward zero; div and mod by 0 give 0.

export type ReduceOp =
  | "sum"
  | "mean"
  | "max"
  | "min"
  | "prod"
  | "sumSquare"
  | "l1"
  | "l2"
  | "logSum"
  | "logSumExp";

interface NodeBase<K extends string> {
  readonly kind: K;
  /** For messages and profiles: the ONNX node name, or one made from the output's name. */
  readonly name: string;
  readonly outputs: Value[];
}

/**
 * 2-D convolution (1-D is imported as H = 1). x [N, C, H, W], weight [O, C/group, kh, kw], bias [O] or null.
 * Fused prologue, in this order, before zero padding: x * preScale[c] + preShift[c]; ReLU (preRelu); mean over
 * a prePool window. Fused epilogue: * postScale[o] (with a bias only), + bias, + residual (dims of the output), activation.
 */
export interface ConvNode extends NodeBase<"conv"> {
  inputs: [
    x: Value,
    weight: Value,
    bias: Value | null,
    residual: Value | null,
    preScale: Value | null,
    preShift: Value | null,
    postScale: Value | null,
  ];
  kernel: [number, number];
  strides: [number, number];
  /** top, left, bottom, right */
  pads: [number, number, number, number];
  dilations: [number, number];
  group: number;
  preRelu: boolean; // fused
  prePool: { kernel: [number, number]; strides: [number, number] } | null; // fused; unpadded average
  activation: Activation | null; // fused
}

/** x [N, C, H, W], weight [C, O/group, kh, kw]. pads may be negative in effect; `outputSpatial` is final. */
export interface ConvTransposeNode extends NodeBase<"convTranspose"> {
  inputs: [x: Value, weight: Value, bias: Value | null];
  kernel: [number, number];
  strides: [number, number];
  pads: [number, number, number, number];
  dilations: [number, number];
  group: number;
  outputSpatial: [number, number];
}

/** y = activation(alpha * op(a) op(b) + bias); batch dims broadcast; bias is [n] or null (a general C is a separate add). */
export interface MatmulNode extends NodeBase<"matmul"> {
  inputs: [a: Value, b: Value, bias: Value | null];
  transA: boolean;
  transB: boolean;
  alpha: number;
  activation: Activation | null; // fused
}

/** 2-D pooling of [N, C, H, W]; the output's dims carry ceil_mode. "lp": (sum |x|^p)^(1/p). */
export interface PoolNode extends NodeBase<"pool"> {
  inputs: [x: Value];
  mode: "max" | "average" | "lp";
  kernel: [number, number];
  strides: [number, number];
  pads: [number, number, number, number];
  dilations: [number, number];
  countIncludePad: boolean;
  p: number;
}

/** y = activation(x * scale[c] + shift[c]) with c on axis 1; an inference BatchNorm is imported as this. */
export interface ScaleShiftNode extends NodeBase<"scaleShift"> {
  inputs: [x: Value, scale: Value, shift: Value];
  activation: Activation | null; // fused
}

export interface UnaryNode extends NodeBase<"unary"> {
  inputs: [x: Value];
  op: UnaryOp;
  alpha: number;
  beta: number;
}
/** NumPy broadcasting. Comparisons give bool. */
export interface BinaryNode extends NodeBase<"binary"> {
  inputs: [a: Value, b: Value];
  op: BinaryOp;
  activation: Activation | null;
}
export interface WhereNode extends NodeBase<"where"> {
  inputs: [condition: Value, a: Value, b: Value];
}
export interface CastNode extends NodeBase<"cast"> {
  inputs: [x: Value];
}
export interface ConcatNode extends NodeBase<"concat"> {
  inputs: Value[];
  axis: number;
}
/** Element i of axis d is x[starts[d] + i * steps[d]]; steps may be negative. One entry per axis. */
export interface SliceNode extends NodeBase<"slice"> {
  inputs: [x: Value];
  starts: number[];
  steps: number[];
}
export interface TransposeNode extends NodeBase<"transpose"> {
  inputs: [x: Value];
  perm: number[];
}
export interface ReshapeNode extends NodeBase<"reshape"> {
  inputs: [x: Value];
}
/** NumPy broadcast to the output's dims. */
export interface ExpandNode extends NodeBase<"expand"> {
  inputs: [x: Value];
}
/** pads per axis, may be negative (cropping). */
export interface PadNode extends NodeBase<"pad"> {
  inputs: [x: Value];
  mode: "constant" | "reflect" | "edge" | "wrap";
  before: number[];
  after: number[];
  value: number;
}
/** indices i32/i64, any rank, constant or computed; out-of-range is an error at run time. */
export interface GatherNode extends NodeBase<"gather"> {
  inputs: [x: Value, indices: Value];
  axis: number;
}
/**
 * One axis resampled: y[.., j, ..] = sum_t weights[j * taps + t] * x[.., indices[j * taps + t], ..].
 * Every ONNX Resize/Upsample mode, and reflect/edge padding, is a chain of these.
 */
export interface ResampleNode extends NodeBase<"resample"> {
  inputs: [x: Value];
  axis: number;
  taps: number;
  indices: Int32Array;
  weights: Float32Array;
}
export interface ReduceNode extends NodeBase<"reduce"> {
  inputs: [x: Value];
  op: ReduceOp;
  axes: number[];
  keepDims: boolean;
}
/** Gives i64. */
export interface ArgReduceNode extends NodeBase<"argReduce"> {
  inputs: [x: Value];
  op: "max" | "min";
  axis: number;
  keepDims: boolean;
  selectLast: boolean;
}
export interface SoftmaxNode extends NodeBase<"softmax"> {
  inputs: [x: Value];
  axis: number;
  log: boolean;
}
/**
 * (x - mean) / sqrt(var + epsilon) over the trailing `x.rank - axis` dims, then * scale + bias with scale and
 * bias broadcast from the right (null: skip). outputs: y, and optionally mean and inverse deviation.
 * Instance and group normalisation are imported as reshape + this + scaleShift.
 */
export interface NormalizeNode extends NodeBase<"normalize"> {
  inputs: [x: Value, scale: Value | null, bias: Value | null];
  axis: number;
  epsilon: number;
}
/** outputs: values, indices (i64). Ties: lower index first. */
export interface TopKNode extends NodeBase<"topK"> {
  inputs: [x: Value];
  axis: number;
  k: number;
  largest: boolean;
  sorted: boolean;
}
/** ONNX RoiAlign: x [N, C, H, W], rois [R, 4] xyxy, batch [R] (i32/i64). Output [R, C, outH, outW]. */
export interface RoiAlignNode extends NodeBase<"roiAlign"> {
  inputs: [x: Value, rois: Value, batch: Value];
  mode: "average" | "max";
  outputSize: [number, number];
  samplingRatio: number;
  spatialScale: number;
  aligned: boolean;
}
/** ONNX NonMaxSuppression. Output i64 [max, 3], of which a run-time count of leading rows is valid. */
export interface NmsNode extends NodeBase<"nms"> {
  inputs: [boxes: Value, scores: Value];
  maxPerClass: number;
  iouThreshold: number;
  scoreThreshold: number;
  centerPointBox: boolean;
}

/**
 * Anchor boxes of a feature map of height x width pixels: f32 [height * width * A, 4] corners, row major with the
 * anchor innermost. shapes f32 [A, 2]: width, height. The first centre lies at offset * stride.
 */
export interface AnchorsNode extends NodeBase<"anchors"> {
  inputs: [shapes: Value];
  height: number;
  width: number;
  stride: number;
  offset: number;
}
/**
 * boxes [n, 4] corners moved by deltas [n, 4g] (dx, dy, dw, dh per group), each divided by its weight; dw and dh are
 * clamped from above by scaleClamp before exp. Output [n, 4g] corners.
 */
export interface DecodeBoxesNode extends NodeBase<"decodeBoxes"> {
  inputs: [boxes: Value, deltas: Value];
  weights: [x: number, y: number, width: number, height: number];
  scaleClamp: number;
}
/** Corners [n, 4g] into 0 .. width and 0 .. height; size f32 [2]: height, width. No box is dropped. */
export interface ClipBoxesNode extends NodeBase<"clipBoxes"> {
  inputs: [boxes: Value, size: Value];
}
/**
 * RoIAlign (average) of boxes [n, 4], each on the map [1, C, Hi, Wi] of its level, finest map first:
 * floor(canonicalLevel + log2(sqrt(area) / canonicalSize + 1e-8)), clamped to lowestLevel .. lowestLevel + maps - 1.
 * Output [n, C, ...outputSize].
 */
export interface MultiLevelRoiAlignNode extends NodeBase<"multiLevelRoiAlign"> {
  inputs: [boxes: Value, ...maps: Value[]];
  /** Map pixels per coordinate of the boxes, one per map. */
  scales: number[];
  outputSize: [number, number];
  samplingRatio: number; // 0: adaptive
  aligned: boolean;
  lowestLevel: number;
  canonicalSize: number;
  canonicalLevel: number;
}
/**
 * Greedy suppression within classes: boxes [n, 4] corners, scores [n], classes [n] (i32/i64). outputs: kept i64 [m] and
 * its scores f32 [m], m = min(n, maxKept), in falling score, ties by the lower index. A run-time count of leading rows
 * is valid; the others are index 0 and score -infinity.
 */
export interface ClassAwareNmsNode extends NodeBase<"classAwareNms"> {
  inputs: [boxes: Value, scores: Value, classes: Value];
  iouThreshold: number;
  /** Only greater scores take part. */
  scoreThreshold: number;
  maxKept: number;
}

export type Node =
  | ConvNode
  | ConvTransposeNode
  | MatmulNode
  | PoolNode
  | ScaleShiftNode
  | UnaryNode
  | BinaryNode
  | WhereNode
  | CastNode
  | ConcatNode
  | SliceNode
  | TransposeNode
  | ReshapeNode
  | ExpandNode
  | PadNode
  | GatherNode
  | ResampleNode
  | ReduceNode
  | ArgReduceNode
  | SoftmaxNode
  | NormalizeNode
  | TopKNode
  | RoiAlignNode
  | NmsNode
  | AnchorsNode
  | DecodeBoxesNode
  | ClipBoxesNode
  | MultiLevelRoiAlignNode
  | ClassAwareNmsNode;
export type NodeKind = Node["kind"];

export interface Graph {
  readonly name: string;
  /** Run-time inputs, in the network's order. Inputs that were bound as constants are not here. */
  inputs: Value[];
  outputs: Value[];
  nodes: Node[];
}

export const elementCount = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
