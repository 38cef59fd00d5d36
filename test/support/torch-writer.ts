/** Writes checkpoints as torch.save does (zip format), without PyTorch. */
import { Global, Persistent, type Pickled, Raw, Reduce, Tuple, writePickle } from "./pickle-writer.ts";
import { writeZip } from "./zip-writer.ts";

export interface TestTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
export type TestState = ReadonlyMap<string, TestTensor>;

export interface StorageBytes {
  /** "FloatStorage" unless said otherwise. */
  readonly type?: string;
  readonly elements: number;
  readonly bytes: Uint8Array;
}

/** Collects storages while the objects that refer to them are described. */
export class TorchWriter {
  private readonly storages: StorageBytes[] = [];

  storage(storage: StorageBytes): Pickled {
    const key = String(this.storages.push(storage) - 1);
    const type = new Global("torch", storage.type ?? "FloatStorage");
    return new Persistent(new Tuple("storage", type, key, "cpu", storage.elements));
  }

  /** _rebuild_tensor_v2 over a storage; strides default to contiguous. */
  view(storage: Pickled, dims: readonly number[], strides = contiguous(dims), offset = 0): Pickled {
    const hooks = new Reduce(new Global("collections", "OrderedDict"), new Tuple());
    const args = new Tuple(storage, offset, new Tuple(...dims), new Tuple(...strides), false, hooks);
    return new Reduce(new Global("torch._utils", "_rebuild_tensor_v2"), args);
  }

  tensor({ dims, data }: TestTensor): Pickled {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.view(this.storage({ elements: data.length, bytes }), dims);
  }

  /** An OrderedDict with the _metadata attribute that state dicts carry. */
  stateDict(state: TestState): Pickled {
    const empty = new Reduce(new Global("collections", "OrderedDict"), new Tuple());
    const items = [...state].map(([name, tensor]) => [name, this.tensor(tensor)] as const);
    return new Reduce(
      new Global("collections", "OrderedDict"),
      new Tuple(items.map(([name, tensor]) => new Tuple(name, tensor))),
      new Map<Pickled, Pickled>([["_metadata", empty]]),
    );
  }

  file(root: Pickled, options: { deflate?: boolean; byteOrder?: string } = {}): Uint8Array {
    const { deflate, byteOrder } = options;
    const text = (name: string, data: string) => ({ name, data: new TextEncoder().encode(data) });
    return writeZip(
      [
        { name: "archive/data.pkl", data: root instanceof Raw ? root.bytes : writePickle(root), deflate },
        ...(byteOrder === undefined ? [] : [text("archive/byteorder", byteOrder)]),
        ...this.storages.map(({ bytes }, key) => ({ name: `archive/data/${key}`, data: bytes, deflate })),
        text("archive/version", "3\n"),
      ],
      { align: true },
    );
  }
}

/** {"model": state, "iteration": 1} as detectron2 saves it, or the bare state dict. */
export function writeCheckpoint(
  state: TestState,
  options: { container?: string | null; deflate?: boolean } = {},
): Uint8Array {
  const writer = new TorchWriter();
  const { container = "model" } = options;
  const dict = writer.stateDict(state);
  const root =
    container === null
      ? dict
      : new Map<Pickled, Pickled>([
          [container, dict],
          ["iteration", 1],
        ]);
  return writer.file(root, options);
}

export function contiguous(dims: readonly number[]): number[] {
  return dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
}
