/** Tensors of the reference interpreter: every element a double (i64 is exact below 2^53), row-major. */
import type { DType } from "../../src/graph/graph.ts";

export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: Float64Array;
  /** How many leading rows count, where that is decided at run time. */
  readonly valid?: number;
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

/** A tensor of one dtype and dims whose element at each index is `element(index)`. The index array is reused. */
export function tabulate(
  dtype: DType,
  dims: readonly number[],
  element: (index: readonly number[]) => number,
): Tensor {
  const data = new Float64Array(sizeOf(dims));
  const index = new Array<number>(dims.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    data[i] = element(index);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
  return { dtype, dims, data };
}

/** The element at `index`. */
export function at(tensor: Tensor, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < tensor.dims.length; axis++) offset = offset * tensor.dims[axis]! + index[axis]!;
  return tensor.data[offset]!;
}

/** The element that NumPy broadcasting pairs with `index` of a larger tensor. */
export function atBroadcast(tensor: Tensor, index: readonly number[]): number {
  const missing = index.length - tensor.dims.length;
  return at(
    tensor,
    tensor.dims.map((size, axis) => (size === 1 ? 0 : index[axis + missing]!)),
  );
}

/** The dims that broadcasting the given ones yields. */
export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** Reads a tensor as [outer, n, inner] around one axis. */
export function aroundAxis(
  dims: readonly number[],
  axis: number,
): { outer: number; n: number; inner: number } {
  return { outer: sizeOf(dims.slice(0, axis)), n: dims[axis]!, inner: sizeOf(dims.slice(axis + 1)) };
}
