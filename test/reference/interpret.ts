/**
 * The float64 reference: runs a Graph node by node from the definitions of graph.ts, fused fields included, without
 * using any code of the product. Written for reading; slow.
 */
import type { DType, Graph, Node, Value } from "../../src/graph/graph.ts";
import * as boxes from "./boxes.ts";
import { conv, convTranspose, matmul } from "./conv.ts";
import { nms, roiAlign } from "./detection.ts";
import { activate, binary, cast, scaleShift, unary, where } from "./elementwise.ts";
import { concat, expand, gather, pad, resample, slice, transpose } from "./movement.ts";
import { pool } from "./pool.ts";
import { argReduce, normalize, reduce, softmax, topK } from "./reduction.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

export type NumericArray = ArrayLike<number> | ArrayLike<bigint>;
export type ResultData = Float64Array | Int32Array | BigInt64Array | Uint8Array;
export interface Result {
  readonly dtype: DType;
  /** Of the valid part: the rows of an nms or classAwareNms result that were selected. */
  readonly dims: readonly number[];
  /** f32 as doubles, i32, i64, u8 and bool in their own types. */
  readonly data: ResultData;
}

/** Runs the graph on row-major inputs by name and returns its outputs by name. */
export function interpret(graph: Graph, inputs: Record<string, NumericArray>): Map<string, Result> {
  const tensors = new Map<number, Tensor>();
  for (const value of graph.inputs) {
    const data = inputs[value.name];
    if (data?.length !== sizeOf(value.dims)) {
      throw new Error(`input "${value.name}" needs ${sizeOf(value.dims)} elements, found ${data?.length}`);
    }
    tensors.set(value.id, tensorOf(value, data));
  }
  const read = (value: Value): Tensor => {
    const tensor = value.constant ? tensorOf(value, value.constant) : tensors.get(value.id);
    if (tensor === undefined) throw new Error(`value "${value.name}" is used before it is computed`);
    return tensor;
  };
  for (const node of graph.nodes) {
    const operands = node.inputs.map((value) => (value === null ? null : read(value)));
    const results = runNode(node, operands);
    node.outputs.forEach((value, i) => {
      const { dims, dtype } = results[i]!;
      const isSame = dims.length === value.dims.length && dims.every((d, axis) => d === value.dims[axis]);
      if (dtype !== value.dtype || !(isSame || node.kind === "nms")) {
        throw new Error(
          `${node.kind} "${node.name}" gives ${dtype}[${dims}], declared ${value.dtype}[${value.dims}]`,
        );
      }
      tensors.set(value.id, results[i]!);
    });
  }
  return new Map(graph.outputs.map((value) => [value.name, resultOf(read(value))]));
}

const tensorOf = (value: Value, data: NumericArray): Tensor => ({
  dtype: value.dtype,
  dims: value.dims,
  data: Float64Array.from(data as ArrayLike<number>, Number),
});

function resultOf(tensor: Tensor): Result {
  const { dtype, valid } = tensor;
  const dims = valid === undefined ? tensor.dims : [valid, ...tensor.dims.slice(1)];
  const data = tensor.data.subarray(0, sizeOf(dims));
  switch (dtype) {
    case "f32":
      return { dtype, dims, data };
    case "i32":
      return { dtype, dims, data: Int32Array.from(data) };
    case "i64":
      return { dtype, dims, data: BigInt64Array.from(data, BigInt) };
    case "u8":
    case "bool":
      return { dtype, dims, data: Uint8Array.from(data) };
  }
}

function runNode(node: Node, operands: readonly (Tensor | null)[]): Tensor[] {
  const [a, b, c] = operands as [Tensor, Tensor, Tensor];
  const output = node.outputs[0]!;
  switch (node.kind) {
    case "conv":
      return [conv(node, operands)];
    case "convTranspose":
      return [convTranspose(node, a, b, c)];
    case "matmul":
      return [matmul(node, a, b, c)];
    case "pool":
      return [pool(node, a)];
    case "scaleShift":
      return [activate(scaleShift(a, b, c), node.activation)];
    case "unary":
      return [unary(a, node.op, node.alpha, node.beta)];
    case "binary":
      return [binary(node, a, b)];
    case "where":
      return [where(a, b, c)];
    case "cast":
      return [counted(cast(a, output.dtype), a)];
    case "concat":
      return [concat(node, operands as Tensor[])];
    case "slice":
      return [slice(node, a)];
    case "transpose":
      return [transpose(node.perm, a)];
    case "reshape":
      return [counted({ dtype: a.dtype, dims: output.dims, data: a.data }, a)];
    case "expand":
      return [expand(a, output.dims)];
    case "pad":
      return [pad(node, a)];
    case "gather":
      return [node.axis === 0 ? counted(gather(0, a, b), b) : gather(node.axis, a, b)];
    case "resample":
      return [resample(node, a)];
    case "reduce":
      return [reduce(node, a)];
    case "argReduce":
      return [argReduce(node, a)];
    case "softmax":
      return [softmax(a, node.axis, node.log)];
    case "normalize":
      return normalize(node, a, b, c);
    case "topK":
      return topK(node, a);
    case "roiAlign":
      return [roiAlign(node, a, b, c)];
    case "nms":
      return [nms(node, a, b)];
    case "anchors":
      return [made(output, boxes.anchors(node, a.data))];
    case "decodeBoxes":
      return [made(output, boxes.decodeBoxes(node, a.data, b.data, b.dims[1]! / 4))];
    case "clipBoxes":
      return [made(output, boxes.clipBoxes(a.data, b.data))];
    case "multiLevelRoiAlign":
      return [boxes.multiLevelRoiAlign(node, a, operands.slice(1) as Tensor[])];
    case "classAwareNms": {
      const kept = boxes.classAwareNms(node, a.data, b.data, c.data);
      const rows = Array.from({ length: sizeOf(output.dims) }, (_, i) => kept[i] ?? 0);
      const scores = rows.map((row, i) => (i < kept.length ? b.data[row]! : Number.NEGATIVE_INFINITY));
      return [
        { ...made(output, rows), valid: kept.length },
        { ...made(node.outputs[1]!, scores), valid: kept.length },
      ];
    }
    default: {
      const unreachable: never = node;
      return unreachable;
    }
  }
}

const made = ({ dtype, dims }: Value, data: ArrayLike<number>): Tensor => ({
  dtype,
  dims,
  data: Float64Array.from(data),
});

/** Row i of `y` is made of row i of `x`: as many rows count. */
const counted = (y: Tensor, x: Tensor): Tensor =>
  x.valid !== undefined && x.dims[0] === y.dims[0] ? { ...y, valid: x.valid } : y;
