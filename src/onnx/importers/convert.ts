/** Conversion of constants of any ONNX element type to a type that graphs have, as Cast does. */
import type { DType, TensorData } from "../../graph/graph.ts";
import type { OnnxTensor } from "../model.ts";

/** IEEE 754 binary16 to a number. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const SCRATCH = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
export function fromBfloat16(bits: number): number {
  SCRATCH.setUint32(0, bits << 16);
  return SCRATCH.getFloat32(0);
}

/** Truncates toward zero; out-of-range integers wrap, as in C; bool is "not zero". NaN gives 0 as an integer. */
export function convertTensor(tensor: OnnxTensor, dtype: DType): TensorData {
  const numbers = decoded(tensor);
  if (dtype === "i64") {
    return BigInt64Array.from(numbers, (v) =>
      typeof v === "bigint" ? v : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0),
    );
  }
  if (dtype === "bool") return Uint8Array.from(numbers, (v) => (Number(v) === 0 ? 0 : 1));
  if (dtype === "f32") return Float32Array.from(numbers, Number);
  const small = (v: number | bigint) =>
    Number(BigInt.asIntN(32, typeof v === "bigint" ? v : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0)));
  return dtype === "i32" ? Int32Array.from(numbers, small) : Uint8Array.from(numbers, small);
}

function decoded(tensor: OnnxTensor): Iterable<number | bigint> & ArrayLike<number | bigint> {
  if (tensor.type === "float16") return Array.from(tensor.data as Uint16Array, fromFloat16);
  if (tensor.type === "bfloat16") return Array.from(tensor.data as Uint16Array, fromBfloat16);
  return tensor.data;
}
