/**
 * An ONNX model as plain data: the part of the format that this package reads and writes. Field names are
 * spelled out; everything else means what onnx.proto says.
 */
import { SpineXRError } from "../api/errors.ts";
import type { ByteFile, StoredFloats } from "../bytes/stored.ts";
import type { DType } from "../graph/graph.ts";
import type { Int } from "./protobuf.ts";

/** TensorProto.DataType, by number. */
export const DATA_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
export type DataTypeName = keyof typeof DATA_TYPES;

/** Element types of tensors that can be read. */
export type NumericType = Exclude<DataTypeName, "string">;

/** float16 and bfloat16 are kept as their 16 bits. */
export type OnnxTensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export interface OnnxTensor {
  readonly name: string;
  readonly type: NumericType;
  readonly dims: readonly number[];
  /**
   * Row-major, `product(dims)` elements. A view of the file's bytes where their alignment allows; of stored tensors read
   * when asked for, and not kept.
   */
  readonly data: OnnxTensorData;
  /** Where the elements of a large float tensor lie, when the model was read from an open file. */
  readonly stored?: StoredFloats;
}

export function storedTensor(name: string, dims: readonly number[], stored: StoredFloats): OnnxTensor {
  return {
    name,
    type: "float",
    dims,
    stored,
    get data() {
      return stored.floats();
    },
  };
}

/** A copy with another name; its elements stay where they are. */
export const renamedTensor = (tensor: OnnxTensor, name: string): OnnxTensor =>
  tensor.stored === undefined ? { ...tensor, name } : storedTensor(name, tensor.dims, tensor.stored);

/** A well-formed tensor that cannot be used here: strings, exotic number formats, data in another file. */
export interface UnreadTensor {
  readonly name: string;
  readonly unread: string;
}

export type OnnxAttribute =
  | { readonly int: Int }
  | { readonly ints: readonly Int[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  /** Graphs, sparse tensors, types, tensors of strings: known to be there, not read. */
  | { readonly unread: string };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** "" is the standard domain (also spelled "ai.onnx" in files). */
  readonly domain: string;
  /** "" is an optional input that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValueInfo {
  readonly name: string;
  /** null: not a tensor, or its element type is not given. */
  readonly type: DataTypeName | null;
  /** number: fixed; string: symbolic name ("" where the file gives none); null: not even the rank is known. */
  readonly dims: readonly (number | string)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly unreadInitializers?: readonly UnreadTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version per domain; the standard domain is "". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
  /** In which stored tensors lie; who is done with the model closes it. */
  readonly file?: ByteFile;
}

const NAMES = new Map<number, DataTypeName>(
  Object.entries(DATA_TYPES).map(([name, code]) => [code, name as DataTypeName]),
);

/** The name of a TensorProto.DataType number, or null for those this package does not read. */
export const dataTypeName = (code: number): DataTypeName | null => NAMES.get(code) ?? null;

const GRAPH_TYPES: Partial<Record<DataTypeName, DType>> = {
  float: "f32",
  int32: "i32",
  int64: "i64",
  uint8: "u8",
  bool: "bool",
};

/** The graph's dtype for an ONNX element type, or null where graphs have none (double, float16, int8, ...). */
export const graphDType = (type: DataTypeName): DType | null => GRAPH_TYPES[type] ?? null;

export function invalidOnnx(message: string): never {
  throw new SpineXRError("INVALID_ONNX", message);
}
