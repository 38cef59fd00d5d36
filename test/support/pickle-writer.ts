/** Writes pickles of protocol 2: for checkpoints as torch.save makes them, and for hostile ones. */
import { join, u16, u32 } from "./zip-writer.ts";

export class Tuple {
  readonly items: readonly Pickled[];
  constructor(...items: readonly Pickled[]) {
    this.items = items;
  }
}
export class Global {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}
/** callable(*args), then BUILD with `state` unless it is undefined. */
export class Reduce {
  readonly callable: Pickled;
  readonly args: Tuple;
  readonly state: Pickled | undefined;
  constructor(callable: Pickled, args: Tuple, state?: Pickled) {
    this.callable = callable;
    this.args = args;
    this.state = state;
  }
}
export class Persistent {
  readonly id: Pickled;
  constructor(id: Pickled) {
    this.id = id;
  }
}
/** Instructions as they are. */
export class Raw {
  readonly bytes: Uint8Array;
  constructor(...bytes: readonly (number | string)[]) {
    this.bytes = join(
      ...bytes.map((part) => (typeof part === "string" ? latin1(part) : Uint8Array.of(part))),
    );
  }
}

export type Pickled =
  | null
  | boolean
  | number
  | string
  | readonly Pickled[]
  | ReadonlyMap<Pickled, Pickled>
  | Tuple
  | Global
  | Reduce
  | Persistent
  | Raw;

export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

export function writePickle(value: Pickled): Uint8Array {
  return join(Uint8Array.of(0x80, 2), write(value), latin1("."));
}

function write(value: Pickled): Uint8Array {
  if (value === null) return latin1("N");
  if (typeof value === "boolean") return Uint8Array.of(value ? 0x88 : 0x89);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return join(latin1("X"), u32(bytes.length), bytes);
  }
  if (value instanceof Tuple) return join(latin1("("), ...value.items.map(write), latin1("t"));
  if (value instanceof Global) return latin1(`c${value.module}\n${value.name}\n`);
  if (value instanceof Reduce) {
    const state = value.state === undefined ? new Uint8Array() : join(write(value.state), latin1("b"));
    return join(write(value.callable), write(value.args), latin1("R"), state);
  }
  if (value instanceof Persistent) return join(write(value.id), latin1("Q"));
  if (value instanceof Raw) return value.bytes;
  if (value instanceof Map) {
    const items = [...value].flatMap(([key, item]) => [write(key), write(item)]);
    return join(latin1("}("), ...items, latin1("u"));
  }
  return join(latin1("]("), ...(value as readonly Pickled[]).map(write), latin1("e"));
}

function writeNumber(value: number): Uint8Array {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
    if (value >= 0 && value < 256) return Uint8Array.of(0x4b, value);
    if (value >= 0 && value < 65536) return join(latin1("M"), u16(value));
    return join(latin1("J"), new Uint8Array(new Int32Array([value]).buffer));
  }
  const bytes = new Uint8Array(9);
  bytes[0] = 0x47;
  new DataView(bytes.buffer).setFloat64(1, value);
  return bytes;
}
