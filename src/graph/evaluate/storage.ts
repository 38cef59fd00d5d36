/** Reading and writing constants as numbers. Integers are exact below 2^53; i64 results saturate at +-2^63. */
import { type DType, elementCount, type TensorData, type Value } from "../graph.ts";

export type ConstantValue = Value & { readonly constant: TensorData };

export function allocate(dtype: DType, count: number): TensorData {
  switch (dtype) {
    case "f32":
      return new Float32Array(count);
    case "i32":
      return new Int32Array(count);
    case "i64":
      return new BigInt64Array(count);
    case "u8":
    case "bool":
      return new Uint8Array(count);
  }
}

export function readNumbers(value: ConstantValue): Float64Array {
  const data = value.constant;
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : Float64Array.from(data);
}

const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);

/** Integers from `numbers` by truncation; i32 and u8 wrap as two's complement, bool is "not zero". */
export function storeNumbers(dtype: DType, numbers: Float64Array): TensorData {
  if (dtype === "i64") return BigInt64Array.from(numbers, toBigInt);
  if (dtype === "bool") return Uint8Array.from(numbers, (v) => (v !== 0 ? 1 : 0));
  const data = allocate(dtype, numbers.length) as Float32Array | Int32Array | Uint8Array;
  data.set(numbers);
  return data;
}

function toBigInt(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return I64_MAX;
  if (value <= -(2 ** 63)) return I64_MIN;
  return BigInt(Math.trunc(value));
}

/** Row-major strides in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= dims[i]!;
  }
  return strides;
}

/** Strides of `dims` read as the broadcast shape `target`: 0 along broadcast axes. */
export function broadcastStrides(dims: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(dims);
  return target.map((_, i) => {
    const at = i - (target.length - dims.length);
    return at < 0 || dims[at] === 1 ? 0 : strides[at]!;
  });
}

/** Calls `visit(position, offsets)` for every element of `dims` in row-major order; one offset per stride list. */
export function forEachElement(
  dims: readonly number[],
  strideLists: readonly (readonly number[])[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const count = elementCount(dims);
  const index = new Array<number>(dims.length).fill(0);
  const offsets = new Array<number>(strideLists.length).fill(0);
  for (let position = 0; position < count; position++) {
    visit(position, offsets);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const wraps = ++index[axis]! === dims[axis];
      strideLists.forEach((strides, list) => {
        offsets[list]! += wraps ? -strides[axis]! * (dims[axis]! - 1) : strides[axis]!;
      });
      if (!wraps) break;
      index[axis] = 0;
    }
  }
}
