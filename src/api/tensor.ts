/** Tensors at the edge of the API. */
import { DeviceTensor } from "../backends/device-tensor.ts";
import type { DType, TensorData } from "../graph/graph.ts";
import { elementCount } from "../graph/graph.ts";
import { SpineXRError } from "./errors.ts";

/** Element types that our own engine takes and gives. */
export type EngineType = "float32" | "int32" | "int64" | "uint8" | "bool";
/** Those and the ones that only networks on onnxruntime-web have. */
export type TensorType =
  | EngineType
  | "float64"
  | "float16"
  | "int8"
  | "int16"
  | "uint16"
  | "uint32"
  | "uint64";
/** float16 values are their 16 bits, bool values 0 and 1. */
export type TensorArray =
  | TensorData
  | Float64Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Row-major. `type` may be left out of an input: it follows from the array (Uint8Array: what the network declares). */
export interface TensorInput {
  readonly dims: readonly number[];
  readonly data: TensorArray;
  readonly type?: TensorType;
}

/** What our own engine takes besides, from itself: a picture that its device has made ready. */
export interface EngineInput extends Omit<TensorInput, "data"> {
  readonly data: TensorArray | DeviceTensor;
}

/** Row-major and owned by the caller. bool values are 0 and 1 in a Uint8Array. */
export interface Tensor extends TensorInput {
  readonly type: TensorType;
}

export const TENSOR_TYPES: Readonly<Record<DType, EngineType>> = {
  f32: "float32",
  i32: "int32",
  i64: "int64",
  u8: "uint8",
  bool: "bool",
};

const ARRAYS = {
  f32: Float32Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

const MAX_ELEMENTS = 2 ** 31 - 1;

/**
 * Checks one input against the type its network declares. A tensor on a device may not decide shapes (`bound`).
 * @throws SpineXRError INVALID_ARGUMENT naming the input
 */
export function checkTensor(name: string, tensor: EngineInput, dtype: DType, bound = false): void {
  const fail = (expected: string, found: string): never => {
    throw new SpineXRError("INVALID_ARGUMENT", `Input "${name}" expects ${expected}, found ${found}.`);
  };
  if (typeof tensor !== "object" || tensor === null || !Array.isArray(tensor.dims))
    fail("{ dims: number[], data: typed array }", typeof tensor);
  if (tensor.dims.length > 8) fail("at most 8 dimensions", `${tensor.dims.length}`);
  for (const dim of tensor.dims)
    if (!Number.isInteger(dim) || dim < 0) fail("whole, non-negative dims", `[${tensor.dims.join(", ")}]`);
  const count = elementCount(tensor.dims);
  if (count > MAX_ELEMENTS) fail(`at most ${MAX_ELEMENTS} elements`, `${count}`);
  const fits =
    tensor.data instanceof DeviceTensor
      ? tensor.data.dtype === dtype && !bound
      : tensor.data instanceof ARRAYS[dtype];
  if (!fits)
    fail(
      `a ${ARRAYS[dtype].name} (the network declares ${TENSOR_TYPES[dtype]})`,
      tensor.data?.constructor?.name ?? typeof tensor.data,
    );
  if (tensor.type !== undefined && tensor.type !== TENSOR_TYPES[dtype])
    fail(`type ${TENSOR_TYPES[dtype]}`, tensor.type);
  if (tensor.data.length !== count)
    fail(`${count} elements for dims [${tensor.dims.join(", ")}]`, `${tensor.data.length}`);
}
