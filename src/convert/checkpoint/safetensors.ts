/**
 * The safetensors format (https://github.com/huggingface/safetensors): u64 header length, a JSON header of
 * { name: { dtype, shape, data_offsets } }, then the elements, little endian, without gaps or overlaps.
 */
import { contiguousStrides, decodeTensor } from "./decode-tensor.ts";
import { invalidCheckpoint, limitExceeded, quote } from "./errors.ts";
import {
  BYTES_PER_ELEMENT,
  type CheckpointDType,
  type CheckpointTensor,
  type StateDict,
} from "./state-dict.ts";

const MAX_HEADER_BYTES = 1 << 24;

const DTYPES: Readonly<Record<string, CheckpointDType>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  I64: "i64",
  I32: "i32",
  I16: "i16",
  I8: "i8",
  U8: "u8",
  BOOL: "bool",
};

/** True when the bytes begin like a safetensors file: a plausible header length and "{". */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes[6] === 0 && bytes[7] === 0;
}

/**
 * The tensors of a .safetensors file.
 * @throws SpineXRError INVALID_CHECKPOINT, LIMIT_EXCEEDED
 */
export function readSafetensors(bytes: Uint8Array): StateDict {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.NaN;
  if (headerLength > MAX_HEADER_BYTES) {
    limitExceeded(
      `The safetensors header claims ${headerLength} bytes; at most ${MAX_HEADER_BYTES} are read.`,
    );
  }
  if (!(headerLength <= bytes.length - 8)) {
    invalidCheckpoint("The safetensors file is shorter than its header; it may be truncated.");
  }
  const data = bytes.subarray(8 + headerLength);
  const state = new Map<string, CheckpointTensor>();
  const ranges: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, 8 + headerLength)))) {
    if (name === "__metadata__") continue;
    const { dtype, dims, begin, end } = checkEntry(name, entry, data.length);
    ranges.push({ name, begin, end });
    const layout = { dtype, littleEndian: true, offset: 0, dims, strides: contiguousStrides(dims) };
    state.set(name, { dtype, dims, float32: () => decodeTensor(data.subarray(begin, end), layout) });
  }
  checkCoverage(ranges, data.length);
  return state;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    return invalidCheckpoint(
      `The safetensors header is not JSON: ${(cause as Error).message.slice(0, 120)}.`,
    );
  }
  return isRecord(header) ? header : invalidCheckpoint("The safetensors header is not a JSON object.");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkEntry(name: string, entry: unknown, available: number) {
  const fail = (found: string): never =>
    invalidCheckpoint(`Tensor ${quote(name)} of the safetensors file ${found}.`);
  if (!isRecord(entry)) return fail("has no description");
  const { dtype: typeName, shape, data_offsets: offsets } = entry;
  const dtype =
    typeof typeName === "string" && Object.hasOwn(DTYPES, typeName) ? DTYPES[typeName] : undefined;
  if (dtype === undefined) {
    return fail(`has dtype ${quote(String(typeName))}; expected one of ${Object.keys(DTYPES).join(", ")}`);
  }
  if (!isCounts(shape) || shape.length > 16)
    return fail("has a shape that is not a list of at most 16 whole numbers");
  if (!isCounts(offsets) || offsets.length !== 2)
    return fail("has data_offsets that are not two whole numbers");
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) return fail(`claims the bytes ${begin} to ${end} of ${available}`);
  const need = shape.reduce((a, b) => a * b, BYTES_PER_ELEMENT[dtype]);
  if (need !== end - begin) return fail(`needs ${need} bytes for its shape but has ${end - begin}`);
  return { dtype, dims: shape, begin, end };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

function checkCoverage(ranges: { name: string; begin: number; end: number }[], length: number): void {
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of ranges) {
    if (begin !== at) {
      invalidCheckpoint(
        `Tensor ${quote(name)} of the safetensors file begins at byte ${begin}, expected ${at}: ` +
          `its tensors ${begin < at ? "overlap" : "leave a gap"}.`,
      );
    }
    at = end;
  }
  if (at !== length) {
    invalidCheckpoint(
      `The safetensors file has ${length} bytes of data, its header describes ${at} of them.`,
    );
  }
}
