/**
 * The float64 reference: runs a Graph node by node from the definitions of graph.ts, fused fields included, without
 * using any code of the product. Written for reading; slow.
 */
import type { DType, Graph, Node, Value } from "../../src/graph/graph.ts";
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
  /** Of the valid part: the rows of an nms result that were selected. */
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

function resultOf({ dtype, dims, data }: Tensor): Result {
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
      return [cast(a, output.dtype)];
    case "concat":
      return [concat(node, operands as Tensor[])];
    case "slice":
      return [slice(node, a)];
    case "transpose":
      return [transpose(node.perm, a)];
    case "reshape":
      return [{ ...a, dims: output.dims }];
    case "expand":
      return [expand(a, output.dims)];
    case "pad":
      return [pad(node, a)];
    case "gather":
      return [gather(node.axis, a, b)];
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
    default: {
      const unreachable: never = node;
      return unreachable;
    }
  }
}
