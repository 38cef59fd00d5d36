/**
 * PyTorch zip checkpoints (torch.save since 1.6): NAME/data.pkl describes the objects, NAME/data/KEY holds the raw
 * elements of one storage. Only the tensors of the network's own state dict are ever looked at.
 */
import { decodeTensor } from "./decode-tensor.ts";
import { invalidCheckpoint, limitExceeded, quote } from "./errors.ts";
import { readPickle } from "./pickle.ts";
import { PickleDict, type PickleObject, type PickleValue } from "./pickle-values.ts";
import {
  BYTES_PER_ELEMENT,
  type CheckpointDType,
  type CheckpointTensor,
  type StateDict,
} from "./state-dict.ts";
import { isTensor, type TensorRef, torchGlobal, torchStorage } from "./torch-globals.ts";
import { openZip, type ZipArchive } from "./zip.ts";

const STORAGE_TYPES: Readonly<Record<string, CheckpointDType>> = {
  DoubleStorage: "f64",
  FloatStorage: "f32",
  HalfStorage: "f16",
  BFloat16Storage: "bf16",
  LongStorage: "i64",
  IntStorage: "i32",
  ShortStorage: "i16",
  CharStorage: "i8",
  ByteStorage: "u8",
  BoolStorage: "bool",
};

/** Where training code puts the network's weights; without one of these the whole file is the state dict. */
const CONTAINERS = ["model", "state_dict"];

/**
 * The network's tensors in a file that torch.save wrote.
 * @throws SpineXRError INVALID_CHECKPOINT, FORBIDDEN_PICKLE, LIMIT_EXCEEDED
 */
export function readTorchCheckpoint(bytes: Uint8Array): StateDict {
  const archive = openZip(bytes, { what: "The checkpoint", code: "INVALID_CHECKPOINT" });
  const prefix = findPrefix(archive);
  const littleEndian = readByteOrder(archive, `${prefix}byteorder`);
  const root = readPickle(archive.read(`${prefix}data.pkl`), {
    global: torchGlobal,
    persistent: torchStorage,
  });
  const state = new Map<string, CheckpointTensor>();
  for (const [name, value] of selectState(root).entries) {
    if (typeof name !== "string" || !isTensor(value)) continue;
    state.set(name, openTensor(archive, prefix, name, value, littleEndian));
  }
  return state;
}

function findPrefix(archive: ZipArchive): string {
  const pickles = [...archive.entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    invalidCheckpoint(
      "The ZIP archive is not a PyTorch checkpoint: expected one NAME/data.pkl in it, " +
        `found ${pickles.length}. Save the weights with torch.save(model.state_dict(), path).`,
    );
  }
  const prefix = pickles[0]!.slice(0, -"data.pkl".length);
  if (archive.entries.has(`${prefix}constants.pkl`)) {
    invalidCheckpoint(
      "The file is a TorchScript archive, expected a checkpoint of weights. " +
        "In Python: torch.save(torch.jit.load(path).state_dict(), new_path).",
    );
  }
  return prefix;
}

function readByteOrder(archive: ZipArchive, name: string): boolean {
  const entry = archive.entries.get(name);
  if (entry === undefined) return true;
  const order = entry.size <= 16 ? new TextDecoder().decode(archive.read(name)) : "";
  if (order !== "little" && order !== "big") {
    invalidCheckpoint(`The checkpoint's byte order is ${quote(order)}; expected "little" or "big".`);
  }
  return order === "little";
}

function selectState(root: PickleValue): PickleDict {
  if (!(root instanceof PickleDict)) {
    return invalidCheckpoint(
      "The checkpoint holds no dict at its top. Save the weights with torch.save(model.state_dict(), path).",
    );
  }
  for (const container of CONTAINERS) {
    const inner = root.entries.get(container);
    if (inner instanceof PickleDict) return inner;
  }
  return root;
}

function openTensor(
  archive: ZipArchive,
  prefix: string,
  name: string,
  value: PickleObject,
  littleEndian: boolean,
): CheckpointTensor {
  const { storage, offset, dims, strides } = value.payload as TensorRef;
  const dtype = STORAGE_TYPES[storage.type];
  if (dtype === undefined) {
    return invalidCheckpoint(
      `Tensor ${quote(name)} is stored as ${quote(storage.type)}; expected one of ` +
        `${Object.keys(STORAGE_TYPES).join(", ")}. Convert it to float32 before saving.`,
    );
  }
  const file = `${prefix}data/${storage.key}`;
  const entry = archive.entries.get(file);
  if (entry === undefined || entry.size < storage.elements * BYTES_PER_ELEMENT[dtype]) {
    invalidCheckpoint(
      `The data of tensor ${quote(name)} (${storage.elements} elements in ${quote(file)}) are ` +
        `${entry === undefined ? "missing from" : "cut short in"} the checkpoint.`,
    );
  }
  checkView(name, value.payload as TensorRef);
  return {
    dtype,
    dims,
    float32: () => decodeTensor(archive.read(file), { dtype, littleEndian, offset, dims, strides }),
  };
}

/** Every element lies in the storage, and no more are claimed than it has. */
function checkView(name: string, { storage, offset, dims, strides }: TensorRef): void {
  if (dims.length !== strides.length) {
    invalidCheckpoint(`Tensor ${quote(name)} has ${dims.length} dimensions but ${strides.length} strides.`);
  }
  const count = dims.reduce((a, b) => a * b, 1);
  const last = offset + dims.reduce((sum, dim, axis) => sum + (dim - 1) * strides[axis]!, 0);
  if (count > 0 && last >= storage.elements) {
    invalidCheckpoint(
      `Tensor ${quote(name)} [${dims.join(", ")}] reaches past the ${storage.elements} elements of its storage.`,
    );
  }
  if (count > storage.elements) {
    limitExceeded(
      `Tensor ${quote(name)} [${dims.join(", ")}] repeats a storage of ${storage.elements} elements; ` +
        "call .contiguous() on it before saving.",
    );
  }
}
