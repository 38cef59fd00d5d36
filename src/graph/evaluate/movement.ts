/** Constant evaluation of data movement: exact for every type, because elements are only copied. */
import { SpineXRError } from "../../api/errors.ts";
import { elementCount, type PadNode, type TensorData } from "../graph.ts";
import type { OutputType } from "../shapes/check.ts";
import type { NodeSpec } from "../spec.ts";
import { allocate, type ConstantValue, readNumbers, storeNumbers, stridesOf } from "./storage.ts";

/** y[i0, i1, ..] = x[offsets[0][i0] + offsets[1][i1] + ..]; where an offset is NaN, y keeps what it holds. */
function copyByAxis(source: TensorData, result: TensorData, offsets: readonly (readonly number[])[]): void {
  const last = offsets.at(-1) ?? [0];
  const walk = (axis: number, from: number, to: number): void => {
    if (axis >= offsets.length - 1) {
      last.forEach((offset, i) => {
        if (!Number.isNaN(from + offset)) result[to * last.length + i] = source[from + offset]!;
      });
      return;
    }
    const list = offsets[axis]!;
    for (let i = 0; i < list.length; i++) walk(axis + 1, from + list[i]!, to * list.length + i);
  };
  if (result.length > 0) walk(0, 0, 0);
}

const range = (count: number, at: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => at(i));

export function evaluateConcat(spec: NodeSpec<"concat">, [output]: OutputType[]): TensorData {
  const { dims, dtype } = output!;
  const result = allocate(dtype, elementCount(dims));
  const inner = elementCount(dims.slice(spec.axis + 1));
  const row = dims[spec.axis]! * inner;
  let at = 0;
  for (const input of spec.inputs as ConstantValue[]) {
    const width = input.dims[spec.axis]! * inner;
    for (let outer = 0; width > 0 && outer * width < input.constant.length; outer++) {
      const part = input.constant.subarray(outer * width, (outer + 1) * width);
      (result as { set(part: unknown, at: number): void }).set(part, outer * row + at);
    }
    at += width;
  }
  return result;
}

export function evaluateSlice(spec: NodeSpec<"slice">): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const strides = stridesOf(x.dims);
  const result = allocate(x.dtype, elementCount(spec.dims));
  const offsets = spec.dims.map((count, axis) =>
    range(count, (i) => (spec.starts[axis]! + i * spec.steps[axis]!) * strides[axis]!),
  );
  copyByAxis(x.constant, result, offsets);
  return result;
}

export function evaluateTranspose(spec: NodeSpec<"transpose">): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const strides = stridesOf(x.dims);
  const result = allocate(x.dtype, x.constant.length);
  const offsets = spec.perm.map((axis) => range(x.dims[axis]!, (i) => i * strides[axis]!));
  copyByAxis(x.constant, result, offsets);
  return result;
}

export function evaluateExpand(spec: NodeSpec<"expand">): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const strides = stridesOf(x.dims);
  const result = allocate(x.dtype, elementCount(spec.dims));
  if (x.constant.length === 1) return (result as Float32Array).fill(x.constant[0] as number);
  const missing = spec.dims.length - x.dims.length;
  const offsets = spec.dims.map((count, axis) => {
    const broadcast = axis < missing || x.dims[axis - missing] === 1;
    return range(count, (i) => (broadcast ? 0 : i * strides[axis - missing]!));
  });
  copyByAxis(x.constant, result, offsets);
  return result;
}

export function evaluatePad(spec: NodeSpec<"pad">, [output]: OutputType[]): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const { dims, dtype } = output!;
  const strides = stridesOf(x.dims);
  const result = storeNumbers(dtype, new Float64Array(elementCount(dims)).fill(spec.value));
  const offsets = dims.map((count, axis) =>
    range(count, (i) => sourceIndex(spec.mode, i - spec.before[axis]!, x.dims[axis]!) * strides[axis]!),
  );
  copyByAxis(x.constant, result, offsets);
  return result;
}

/** Where element i of a padded axis comes from; NaN: from nowhere. */
function sourceIndex(mode: PadNode["mode"], i: number, size: number): number {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case "constant":
      return Number.NaN;
    case "edge":
      return i < 0 ? 0 : size - 1;
    case "wrap":
      return ((i % size) + size) % size;
    case "reflect":
      return i < 0 ? -i : 2 * (size - 1) - i;
  }
}

export function evaluateGather(spec: NodeSpec<"gather">, name: string): TensorData {
  const [x, indices] = spec.inputs as ConstantValue[];
  const size = x!.dims[spec.axis]!;
  const picks = Array.from(readNumbers(indices!), (index) => {
    if (index < -size || index >= size) {
      throw new SpineXRError(
        "SHAPE_MISMATCH",
        `gather "${name}": index ${index} does not lie in -${size} .. ${size - 1}.`,
      );
    }
    return index < 0 ? index + size : index;
  });
  const inner = elementCount(x!.dims.slice(spec.axis + 1));
  const outer = elementCount(x!.dims.slice(0, spec.axis));
  const result = allocate(x!.dtype, outer * picks.length * inner);
  const offsets = [
    range(outer, (i) => i * size * inner),
    picks.map((pick) => pick * inner),
    range(inner, (i) => i),
  ];
  copyByAxis(x!.constant, result, offsets);
  return result;
}

export function evaluateResample(spec: NodeSpec<"resample">, [output]: OutputType[]): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const size = x.dims[spec.axis]!;
  const count = output!.dims[spec.axis]!;
  const inner = elementCount(x.dims.slice(spec.axis + 1));
  const outer = elementCount(x.dims.slice(0, spec.axis));
  const result = new Float32Array(outer * count * inner);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let t = j * spec.taps; t < (j + 1) * spec.taps; t++) {
          sum += spec.weights[t]! * Number(x.constant[(o * size + spec.indices[t]!) * inner + i]);
        }
        result[(o * count + j) * inner + i] = sum;
      }
    }
  }
  return result;
}
