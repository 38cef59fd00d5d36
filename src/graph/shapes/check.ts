/** Checks shared by the shape rules; each failure names the node, what was expected and what was found. */
import { SpineXRError } from "../../api/errors.ts";
import { type DType, elementCount, type Value } from "../graph.ts";

export interface OutputType {
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/** Elements of one tensor must be countable by the core's 32-bit indices. */
export const MAX_ELEMENTS = 2 ** 31 - 1;

export const formatDims = (dims: readonly number[]): string => `[${dims.join(", ")}]`;

/** Throws SHAPE_MISMATCH; `label` is the node's kind and name. */
export function mismatch(label: string, sentence: string): never {
  throw new SpineXRError("SHAPE_MISMATCH", `${label}: ${sentence}`);
}

export function expectRank(label: string, role: string, value: Value, rank: number): void {
  if (value.dims.length !== rank) {
    mismatch(label, `${role} must have rank ${rank}, but "${value.name}" is ${formatDims(value.dims)}.`);
  }
}

export function expectDims(label: string, role: string, value: Value | null, dims: readonly number[]): void {
  if (value !== null && !sameDims(value.dims, dims)) {
    mismatch(label, `${role} must be ${formatDims(dims)}, but "${value.name}" is ${formatDims(value.dims)}.`);
  }
}

export function expectDType(label: string, role: string, value: Value | null, ...allowed: DType[]): void {
  if (value !== null && !allowed.includes(value.dtype)) {
    mismatch(label, `${role} must be ${allowed.join(" or ")}, but "${value.name}" is ${value.dtype}.`);
  }
}

export function expectAxis(label: string, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
    mismatch(label, `axis must lie in 0 .. ${rank - 1}, but it is ${axis}.`);
  }
}

export function expectLength(label: string, role: string, list: readonly unknown[], length: number): void {
  if (list.length !== length) {
    mismatch(label, `${role} must have ${length} entries, but it has ${list.length}.`);
  }
}

export function expectDivisors(label: string, role: string, values: readonly number[]): void {
  if (!values.every((v) => Number.isInteger(v) && v >= 1)) {
    mismatch(label, `${role} must be positive integers, but they are ${formatDims(values)}.`);
  }
}

/** Dims that are whole, not negative, and describe at most MAX_ELEMENTS elements (LIMIT_EXCEEDED otherwise). */
export function checkDims(label: string, dims: readonly number[]): readonly number[] {
  if (!dims.every((d) => Number.isInteger(d) && d >= 0)) {
    mismatch(label, `dims must be whole numbers >= 0, but they are ${formatDims(dims)}.`);
  }
  if (elementCount(dims) > MAX_ELEMENTS) {
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `${label}: a tensor may have at most ${MAX_ELEMENTS} elements, but ${formatDims(dims)} has more.`,
    );
  }
  return dims;
}

export const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** NumPy broadcasting of several shapes. */
export function broadcastDims(label: string, ...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  const dims = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, i) => {
      const at = rank - shape.length + i;
      if (size === dims[at] || size === 1) return;
      if (dims[at] !== 1) {
        mismatch(label, `${shapes.map(formatDims).join(" and ")} cannot be broadcast to one another.`);
      }
      dims[at] = size;
    });
  }
  return dims;
}
