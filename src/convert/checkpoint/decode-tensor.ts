/** Strided elements of any stored type to contiguous float32. */
import { bfloat16ToNumber, halfToNumber } from "../../bytes/half.ts";
import type { CheckpointDType } from "./state-dict.ts";
import { BYTES_PER_ELEMENT } from "./state-dict.ts";

export interface TensorLayout {
  readonly dtype: CheckpointDType;
  readonly littleEndian: boolean;
  /** In elements, as PyTorch stores them. The caller has checked that every element lies inside the bytes. */
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** Row-major float32 values of the elements that the layout selects from `bytes`; a view of them where possible. */
export function decodeTensor(bytes: Uint8Array, layout: TensorLayout): Float32Array {
  const { dtype, littleEndian, offset, dims, strides } = layout;
  const count = dims.reduce((a, b) => a * b, 1);
  const size = BYTES_PER_ELEMENT[dtype];
  const contiguous = contiguousStrides(dims).every(
    (stride, axis) => stride === strides[axis] || dims[axis] === 1,
  );
  if (contiguous && dtype === "f32" && littleEndian && HOST_LITTLE_ENDIAN) {
    const data = bytes.subarray(offset * size, (offset + count) * size);
    const aligned = data.byteOffset % size === 0 ? data : new Uint8Array(data);
    return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  }
  const out = new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[dtype];
  const index = dims.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    out[i] = read(view, at * size, littleEndian);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      at -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

export function contiguousStrides(dims: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    stride *= dims[axis]!;
  }
  return strides;
}

const HOST_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

type Read = (view: DataView, at: number, littleEndian: boolean) => number;
const READERS: Readonly<Record<CheckpointDType, Read>> = {
  f64: (view, at, le) => view.getFloat64(at, le),
  f32: (view, at, le) => view.getFloat32(at, le),
  f16: (view, at, le) => halfToNumber(view.getUint16(at, le)),
  bf16: (view, at, le) => bfloat16ToNumber(view.getUint16(at, le)),
  i64: (view, at, le) => Number(view.getBigInt64(at, le)),
  i32: (view, at, le) => view.getInt32(at, le),
  i16: (view, at, le) => view.getInt16(at, le),
  i8: (view, at) => view.getInt8(at),
  u8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};
