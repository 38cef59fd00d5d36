/** NumPy's .npy files (format 1.0 to 3.0, NEP 1): tensors for `spinexr run`. */
import { SpineXRError } from "../api/errors.ts";
import type { Tensor, TensorInput, TensorType } from "../api/tensor.ts";
import { elementCount } from "../graph/graph.ts";

const DESCR: Readonly<Record<TensorType, string>> = {
  float32: "<f4",
  int32: "<i4",
  int64: "<i8",
  uint8: "|u1",
  bool: "|b1",
  float64: "<f8",
  float16: "<f2",
  int8: "|i1",
  int16: "<i2",
  uint16: "<u2",
  uint32: "<u4",
  uint64: "<u8",
};
const ARRAYS = {
  "<f4": Float32Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
  "|u1": Uint8Array,
  "|b1": Uint8Array,
} as const;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** @throws SpineXRError INVALID_ARGUMENT for anything but little-endian C-order float32, int32, int64, uint8 or bool */
export function readNpy(bytes: Uint8Array): TensorInput {
  const fail = (found: string): never => {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected a .npy file of C-order float32, int32, int64, uint8 or bool, found ${found}.`,
    );
  };
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) fail("other bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!Object.hasOwn(ARRAYS, descr)) fail(`type ${descr}`);
  if (shape === undefined || !/'fortran_order':\s*False/.test(header)) fail("Fortran order or no shape");
  const dims = (shape as string)
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const Type = ARRAYS[descr as keyof typeof ARRAYS];
  const body = bytes.slice(start + length);
  if (
    dims.some((dim) => !Number.isInteger(dim)) ||
    body.length !== elementCount(dims) * Type.BYTES_PER_ELEMENT
  )
    fail(`${body.length} bytes for dims [${dims.join(", ")}]`);
  return { dims, data: new Type(body.buffer) };
}

/** Format 1.0, header padded to a multiple of 64 bytes. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const shape = tensor.dims.length === 1 ? `${tensor.dims[0]},` : tensor.dims.join(", ");
  const text = `{'descr': '${DESCR[tensor.type]}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  const head = new Uint8Array(10 + length).fill(0x20);
  head.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  head.set(new TextEncoder().encode(text), 10);
  head[9 + length] = 0x0a;
  const { data } = tensor;
  const bytes = new Uint8Array(head.length + data.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  return bytes;
}
