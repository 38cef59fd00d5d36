/** Per-channel constants, as the passes about scales and shifts need them. */
import { elementCount, isConstant, type Value } from "../graph/graph.ts";
import type { ConstantMemo } from "./constant-memo.ts";
import type { Rewriter } from "./rewriter.ts";

export const isConstantF32 = (value: Value | null): value is Value =>
  value !== null && value.dtype === "f32" && isConstant(value);

/** The elements of an f32 constant, or null for a value that is only known at run time. */
export function constantF32(value: Value | null): Float32Array | null {
  return isConstantF32(value) ? (value.constant as Float32Array) : null;
}

/**
 * The `channels` numbers of a constant that varies along `axis` of a tensor with `dims` only (a scalar is repeated);
 * null where it is no such constant, or where broadcasting would enlarge the tensor.
 */
export function alongAxis(value: Value, dims: readonly number[], axis: number): Float32Array | null {
  if (!isConstantF32(value) || value.dims.length > dims.length) return null;
  const missing = dims.length - value.dims.length;
  const fits = value.dims.every((size, i) => size === 1 || (i + missing === axis && size === dims[axis]));
  if (!fits) return null;
  const data = value.constant as Float32Array;
  const channels = dims[axis]!;
  return data.length === channels ? data : new Float32Array(channels).fill(data[0]!);
}

export const isAll = (data: Float32Array, number: number): boolean => data.every((v) => v === number);

/** A weight shared by several nodes is copied for each of them up to this many elements only. */
const LARGEST_COPY = 1 << 20;

/** The elements of a weight that one of its users may replace by a scaled copy; null where it may not. */
export function foldableWeight(graph: Rewriter, weight: Value): Float32Array | null {
  const mayCopy = elementCount(weight.dims) <= LARGEST_COPY || graph.users(weight).length === 1;
  return mayCopy ? constantF32(weight) : null;
}

/** Weights in runs of `size` consecutive elements, each run belonging to one channel. */
export interface WeightBlocks {
  /** Says, with `size`, what channelOf computes. */
  readonly name: string;
  readonly size: number;
  readonly channelOf: (block: number) => number;
}

/** weights * scale[their channel]: products in double, rounded to f32 once. */
export function scaleBlocks(
  memo: ConstantMemo,
  weights: Float32Array,
  scale: Float32Array,
  { name, size, channelOf }: WeightBlocks,
): Float32Array {
  return memo.derive(`w * s by ${name} of ${size}`, [weights, scale], () => {
    const scaled = new Float32Array(weights.length);
    for (let block = 0; block * size < weights.length; block++) {
      const factor = scale[channelOf(block)]!;
      for (let i = block * size; i < (block + 1) * size; i++) scaled[i] = weights[i]! * factor;
    }
    return [scaled];
  })[0]!;
}
