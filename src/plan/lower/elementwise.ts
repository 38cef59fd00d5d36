/** unary, scaleShift, cast: one value in, one value of the same dims out. */
import { SpineXRError } from "../../api/errors.ts";
import {
  type CastNode,
  elementCount,
  type ScaleShiftNode,
  type UnaryNode,
  type UnaryOp,
  type Value,
} from "../../graph/graph.ts";
import { coreType, type DraftTensor, isDense, pixelCount } from "../draft.ts";
import { type Lowering, type Source, tensorSource } from "../layout.ts";
import { UNARY_OPS } from "../steps.ts";
import { emitBinary } from "./broadcast.ts";
import { activationFields, expectF32, expectTypes } from "./common.ts";

const WHOLE_NUMBER_OPS: ReadonlySet<UnaryOp> = new Set(["relu", "abs", "neg", "sign"]);

export function lowerUnary(lowering: Lowering, node: UnaryNode): void {
  const [value] = node.inputs;
  if (node.op !== "not") expectTypes(node, WHOLE_NUMBER_OPS.has(node.op) ? ["f32", "i32"] : ["f32"], value);
  const layout = lowering.naturalLayout(value);
  const x = lowering.tensor(value, layout);
  const y = lowering.define(node.outputs[0] as Value, layout);
  lowering.draft.emit("unary", node.name, [x], [y], () => ({
    op: UNARY_OPS.indexOf(node.op),
    ...rowsAndColumns(x, y),
    alpha: node.alpha,
    beta: node.beta,
  }));
}

/** One row when both are dense, else one row per pixel. */
function rowsAndColumns(x: DraftTensor, y: DraftTensor) {
  const count = elementCount(x.dims);
  if (isDense(x) && isDense(y)) return { rows: 1, cols: count, xStride: count, yStride: count };
  return {
    rows: pixelCount(x.dims),
    cols: x.dims[1] as number,
    xStride: x.pixelStride,
    yStride: y.pixelStride,
  };
}

export function lowerScaleShift(lowering: Lowering, node: ScaleShiftNode): void {
  const [value, scale, shift] = node.inputs;
  expectF32(node, ...node.inputs);
  const rank = value.dims.length;
  if (rank !== 2 && rank !== 4) {
    scaleThenShift(lowering, node);
    return;
  }
  const layout = rank === 4 ? "nhwc" : "plain";
  const x = lowering.tensor(value, layout);
  const inputs = [x, lowering.plain(scale), lowering.plain(shift)];
  const y = lowering.define(node.outputs[0] as Value, layout);
  const cols = value.dims[1] as number;
  const rows = elementCount(value.dims) / cols;
  lowering.draft.emit("scaleShift", node.name, inputs, [y], () => ({
    rows,
    cols,
    xStride: x.pixelStride || cols,
    yStride: y.pixelStride || cols,
    ...activationFields(node.activation),
  }));
}

/** For ranks whose channels cannot be the fastest axis: two broadcasts. */
function scaleThenShift(lowering: Lowering, node: ScaleShiftNode): void {
  const [value, scale, shift] = node.inputs;
  const { dims } = value;
  const perChannel = (coefficient: Value): Source => {
    const base = lowering.plain(coefficient);
    const axes = dims.map((length, i) => [{ length, stride: i === 1 ? 1 : 0 }]);
    return { base, view: () => ({ base, offset: 0, axes }) };
  };
  const scaled = lowering.fresh(`${node.name}:scaled`, "f32", dims);
  const x = tensorSource(lowering.plain(value));
  emitBinary(lowering, `${node.name}:scale`, "mul", x, perChannel(scale), scaled, null);
  const y = lowering.define(node.outputs[0] as Value, "plain");
  emitBinary(lowering, node.name, "add", tensorSource(scaled), perChannel(shift), y, node.activation);
}

export function lowerCast(lowering: Lowering, node: CastNode): void {
  const [value] = node.inputs;
  const output = node.outputs[0] as Value;
  const from = coreType(value.dtype);
  const to = coreType(output.dtype);
  const sameBits = from === to && !(value.dtype === "u8" && output.dtype === "bool");
  if (sameBits) {
    lowering.defineSame(output, value);
    return;
  }
  if (output.dtype === "u8") {
    throw new SpineXRError(
      "UNSUPPORTED_OPERATOR",
      `cast "${node.name}" converts ${value.dtype} to uint8, which the core only keeps as true and false. ` +
        "Cast to int32 instead.",
    );
  }
  const layout = lowering.naturalLayout(value);
  const count = elementCount(value.dims);
  let x = lowering.tensor(value, layout);
  if (from === "u8" && to === "u8") {
    const wide = lowering.fresh(`${output.name}:i32`, "i32", value.dims, layout);
    lowering.draft.emit("cast", `${node.name}:i32`, [x], [wide], () => ({ count }));
    x = wide;
  }
  const y = lowering.define(output, layout);
  lowering.draft.emit("cast", node.name, [x], [y], () => ({ count }));
}
