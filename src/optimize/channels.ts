/** Per-channel constants, as the passes about scales and shifts need them. */
import type { Value } from "../graph/graph.ts";

/** The elements of an f32 constant, or null for a value that is only known at run time. */
export function constantF32(value: Value | null): Float32Array | null {
  return value?.constant instanceof Float32Array ? value.constant : null;
}

/**
 * The `channels` numbers of a constant that varies along `axis` of a tensor with `dims` only (a scalar is repeated);
 * null where it is no such constant, or where broadcasting would enlarge the tensor.
 */
export function alongAxis(value: Value, dims: readonly number[], axis: number): Float32Array | null {
  const data = constantF32(value);
  if (data === null || value.dims.length > dims.length) return null;
  const missing = dims.length - value.dims.length;
  const fits = value.dims.every((size, i) => size === 1 || (i + missing === axis && size === dims[axis]));
  if (!fits) return null;
  const channels = dims[axis]!;
  return data.length === channels ? data : new Float32Array(channels).fill(data[0]!);
}

export const isAll = (data: Float32Array, number: number): boolean => data.every((v) => v === number);
