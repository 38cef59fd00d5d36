/**
 * The allow-list: every Python name that a PyTorch checkpoint may mention, and what happens instead of calling it.
 * Tensors are built as descriptions; optimizer and scheduler leftovers (counters, numpy scalars) become inert values.
 */
import { forbiddenPickle, invalidCheckpoint, quote } from "./errors.ts";
import type { PickleCall, PickleValue } from "./pickle-values.ts";
import { PickleDict, PickleGlobal, PickleObject, PickleSequence } from "./pickle-values.ts";

/** A storage that the pickle refers to: the entry data/KEY of the archive. */
export interface StorageRef {
  /** "FloatStorage", ... */
  readonly type: string;
  readonly key: string;
  readonly elements: number;
}

/** A view of a storage, unchecked; offset and strides in elements. */
export interface TensorRef {
  readonly storage: StorageRef;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

export const isTensor = (value: PickleValue | undefined): value is PickleObject =>
  value instanceof PickleObject && value.type === "tensor";

/** OrderedDict(), OrderedDict(pairs), Counter(dict). */
const makeDict: PickleCall = (args, machine) => {
  const dict = new PickleDict();
  const source = args[0];
  if (source instanceof PickleDict) {
    machine.charge(source.entries.size);
    for (const [key, value] of source.entries) machine.setItem(dict, key, value);
  } else if (source instanceof PickleSequence) {
    machine.charge(source.items.length);
    for (const pair of source.items) {
      if (!(pair instanceof PickleSequence) || pair.items.length !== 2) {
        invalidCheckpoint("The checkpoint's pickle makes a dict from something that is not pairs.");
      }
      machine.setItem(dict, pair.items[0]!, pair.items[1]!);
    }
  } else if (source !== undefined) {
    invalidCheckpoint(
      "The checkpoint's pickle makes a dict from something that is neither a dict nor a list.",
    );
  }
  return dict;
};

/** _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks). */
const rebuildTensor: PickleCall = ([storage, offset, dims, strides], machine) => {
  if (!(storage instanceof PickleObject) || storage.type !== "storage") {
    return invalidCheckpoint("A tensor of the checkpoint has no storage.");
  }
  const lengths = integers(dims);
  machine.charge(lengths.length);
  const ref: TensorRef = {
    storage: storage.payload as StorageRef,
    offset: integers(new PickleSequence([offset ?? null]))[0]!,
    dims: lengths,
    strides: integers(strides),
  };
  return new PickleObject("tensor", ref, true);
};

function integers(value: PickleValue | undefined): number[] {
  if (!(value instanceof PickleSequence) || value.items.length > 16) {
    return invalidCheckpoint(
      "The shape of a tensor of the checkpoint is not a tuple of at most 16 integers.",
    );
  }
  return value.items.map((item) =>
    Number.isSafeInteger(item) && (item as number) >= 0
      ? (item as number)
      : invalidCheckpoint("A shape, stride or offset of a tensor of the checkpoint is not a whole number."),
  );
}

/** _rebuild_parameter(tensor, requires_grad, hooks) and ..._with_state: the tensor itself. */
const rebuildParameter: PickleCall = ([tensor]) =>
  isTensor(tensor) ? tensor : invalidCheckpoint("A parameter of the checkpoint is not a tensor.");

const size: PickleCall = ([dims]) =>
  dims instanceof PickleSequence ? dims : invalidCheckpoint("A torch.Size of the checkpoint is not a tuple.");

/** A value that is allowed to exist (in an optimizer's or scheduler's state) and that nobody looks at. */
const inert =
  (type: string): PickleCall =>
  () =>
    new PickleObject(type, null, true);

const CALLABLE: Readonly<Record<string, PickleCall>> = {
  "collections.OrderedDict": makeDict,
  "collections.Counter": makeDict,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": rebuildParameter,
  "torch._utils._rebuild_parameter_with_state": rebuildParameter,
  "torch.Size": size,
  "torch.device": inert("device"),
  "_codecs.encode": inert("bytes"),
  "numpy.dtype": inert("numpy"),
  "numpy.core.multiarray.scalar": inert("numpy"),
  "numpy.core.multiarray._reconstruct": inert("numpy"),
  "numpy.core.numeric._frombuffer": inert("numpy"),
  "numpy._core.multiarray.scalar": inert("numpy"),
  "numpy._core.multiarray._reconstruct": inert("numpy"),
  "numpy._core.numeric._frombuffer": inert("numpy"),
};

const NAMED_ONLY = new Set([
  "numpy.ndarray",
  ...["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"].map(
    (dtype) => `torch.${dtype}`,
  ),
]);

/** `torch.FloatStorage` and its like, also `torch.storage.UntypedStorage`; only ever named. */
const STORAGE = /^torch\.(?:storage\.)?[A-Za-z0-9]+Storage$/;

const CACHE = new Map<string, PickleGlobal>();

export function torchGlobal(module: string, name: string): PickleGlobal | null {
  const full = `${module}.${name}`;
  const cached = CACHE.get(full);
  if (cached !== undefined) return cached;
  const call = Object.hasOwn(CALLABLE, full) ? CALLABLE[full]! : null;
  if (call === null && !NAMED_ONLY.has(full) && !STORAGE.test(full)) return null;
  const value = new PickleGlobal(full, call);
  if (call !== null) CACHE.set(full, value);
  return value;
}

/** ("storage", torch.FloatStorage, key, device, elements), what torch.save writes for a storage. */
export function torchStorage(id: PickleValue): PickleValue {
  if (!(id instanceof PickleSequence))
    return invalidCheckpoint("A storage of the checkpoint has no description.");
  const [tag, type, key, , elements] = id.items;
  if (
    tag !== "storage" ||
    typeof key !== "string" ||
    !Number.isSafeInteger(elements) ||
    (elements as number) < 0
  ) {
    return invalidCheckpoint("The description of a storage of the checkpoint is not what torch.save writes.");
  }
  if (!(type instanceof PickleGlobal) || !STORAGE.test(type.name)) {
    return forbiddenPickle(
      `The storage ${quote(key)} of the checkpoint has a type that is not a torch storage.`,
    );
  }
  const ref: StorageRef = {
    type: type.name.slice(type.name.lastIndexOf(".") + 1),
    key,
    elements: elements as number,
  };
  return new PickleObject("storage", ref);
}
