/** Conversion of constants of any ONNX element type to a type that graphs have, as Cast does. */
import { bfloat16sToFloats, halvesToFloats } from "../../bytes/half.ts";
import type { DType, TensorData } from "../../graph/graph.ts";
import type { OnnxTensor, OnnxTensorData } from "../model.ts";

/** Truncates toward zero; out-of-range integers wrap, as in C; bool is "not zero". NaN gives 0 as an integer. */
export function convertTensor(tensor: OnnxTensor, dtype: DType): TensorData {
  const numbers: ArrayLike<number | bigint> & Iterable<number | bigint> = decoded(tensor);
  if (dtype === "i64") {
    return BigInt64Array.from(numbers, (v) =>
      typeof v === "bigint" ? v : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0),
    );
  }
  if (dtype === "bool") return Uint8Array.from(numbers, (v) => (Number(v) === 0 ? 0 : 1));
  if (dtype === "f32") return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers, Number);
  const small = (v: number | bigint) =>
    Number(BigInt.asIntN(32, typeof v === "bigint" ? v : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0)));
  return dtype === "i32" ? Int32Array.from(numbers, small) : Uint8Array.from(numbers, small);
}

function decoded(tensor: OnnxTensor): OnnxTensorData {
  if (tensor.type === "float16") return halvesToFloats(tensor.data as Uint16Array);
  if (tensor.type === "bfloat16") return bfloat16sToFloats(tensor.data as Uint16Array);
  return tensor.data;
}
