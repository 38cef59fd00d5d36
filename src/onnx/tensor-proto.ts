/** TensorProto: one tensor, inside a model or as a file of its own (test data, saved inputs). */

import { StoredFloats } from "../bytes/stored.ts";
import type { Range } from "./byte-window.ts";
import {
  DATA_TYPES,
  dataTypeName,
  invalidOnnx,
  type NumericType,
  type OnnxTensor,
  type OnnxTensorData,
  storedTensor,
  type UnreadTensor,
} from "./model.ts";
import { type Int, WireReader, type WireWriter } from "./protobuf.ts";

type ArrayType = new (buffer: ArrayBuffer, offset?: number, length?: number) => OnnxTensorData;

const STORAGE: Record<NumericType, ArrayType & { BYTES_PER_ELEMENT: number }> = {
  float: Float32Array,
  double: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/**
 * Reads one serialised TensorProto, for instance the `input_0.pb` of an ONNX test case.
 * Throws INVALID_ONNX for damaged bytes, strings, external data, and data that do not match the dims.
 */
export function readTensorProto(bytes: Uint8Array): OnnxTensor {
  const tensor = readTensor(new WireReader(bytes));
  if ("unread" in tensor) invalidOnnx(`Expected a tensor of numbers, found one with ${tensor.unread}.`);
  return tensor;
}

/** The same for a message inside a larger file. */
export function readTensor(r: WireReader): OnnxTensor | UnreadTensor {
  const dims: Int[] = [];
  const integers: Int[] = []; // int32_data, int64_data and uint64_data; a tensor has one of them
  const fixed: (Uint8Array | Range)[] = []; // float_data and double_data, already little-endian
  let raw: Uint8Array | Range | null = null;
  let code = 0;
  let name = "";
  let external = false;
  while (r.next()) {
    switch (r.field) {
      case 1:
        r.ints(dims);
        break;
      case 2:
        code = r.smallInt("tensor data type");
        break;
      case 4:
        fixed.push(r.fixedArray(4));
        break;
      case 5:
      case 7:
      case 11:
        r.ints(integers);
        break;
      case 8:
        name = r.string();
        break;
      case 9:
        raw = r.bytes();
        break;
      case 10:
        fixed.push(r.fixedArray(8));
        break;
      case 14:
        external = r.smallInt("data location") === 1;
        break;
      default:
        r.skip();
    }
  }
  const type = dataTypeName(code);
  if (external) {
    return { name, unread: "data in another file (save the model as one file, without external data)" };
  }
  if (type === null || type === "string") return { name, unread: `elements of type ${type ?? code}` };
  const { shape, count } = checkedDims(name, dims);
  const field = raw ?? (fixed.length > 1 ? join(fixed.map((part) => r.source.read(part))) : fixed[0]);
  if (field === undefined) {
    return { name, type, dims: shape, data: fromIntegers(name, type, count, integers) };
  }
  checkBytes(name, type, count, field.length);
  if (type === "float" && !(field instanceof Uint8Array)) {
    return storedTensor(name, shape, new StoredFloats(field.file, field.position, field.length));
  }
  return { name, type, dims: shape, data: fromBytes(type, count, r.source.read(field)) };
}

/** Serialises a tensor with raw data. */
export function writeTensor(w: WireWriter, tensor: OnnxTensor): void {
  const { shape, count } = checkedDims(tensor.name, tensor.dims);
  if (count !== tensor.data.length) {
    invalidOnnx(
      `Tensor "${tensor.name}" has ${tensor.data.length} elements, its dims [${shape}] need ${count}.`,
    );
  }
  if (shape.length > 0) w.ints(1, shape);
  w.int(2, DATA_TYPES[tensor.type]);
  if (tensor.name !== "") w.string(8, tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  w.bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function checkedDims(name: string, dims: readonly Int[]): { shape: number[]; count: number } {
  let count = 1;
  const shape = dims.map((d) => {
    if (typeof d === "bigint" || d < 0 || !Number.isSafeInteger(d)) {
      invalidOnnx(`Tensor "${name}" has dims [${dims}]; dims are counts.`);
    }
    count *= d;
    return d;
  });
  if (!Number.isSafeInteger(count))
    invalidOnnx(`Tensor "${name}" has dims [${dims}]: more elements than fit.`);
  return { shape, count };
}

function checkBytes(name: string, type: NumericType, count: number, found: number): void {
  const expected = count * STORAGE[type].BYTES_PER_ELEMENT;
  if (found !== expected) {
    invalidOnnx(
      `Tensor "${name}" (${type}, ${count} elements) needs ${expected} bytes of data, found ${found}.`,
    );
  }
}

function fromBytes(type: NumericType, count: number, bytes: Uint8Array) {
  const Storage = STORAGE[type];
  const width = Storage.BYTES_PER_ELEMENT;
  // A view of the file where alignment allows, a copy otherwise.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new Storage(aligned.buffer as ArrayBuffer, aligned.byteOffset, count);
}

function fromIntegers(name: string, type: NumericType, count: number, values: readonly Int[]) {
  if (values.length !== count) {
    invalidOnnx(`Tensor "${name}" (${type}) needs ${count} elements, found ${values.length}.`);
  }
  const Storage = STORAGE[type];
  const data = new Storage(new ArrayBuffer(count * Storage.BYTES_PER_ELEMENT));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < count; i++) data[i] = BigInt(values[i]!);
  } else {
    for (let i = 0; i < count; i++) data[i] = Number(values[i]!);
  }
  return data;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
