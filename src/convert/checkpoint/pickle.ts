/**
 * Interprets Python pickles (protocols 2 to 5) far enough for tensors, and no further. It builds plain data. A
 * global is looked up in the caller's allow-list and refused when it is not there; REDUCE runs the caller's own
 * function for that name. No code of the file is executed, there is nothing to escape into.
 *
 * Opcodes and their meaning: CPython, Lib/pickletools.py.
 */
import { forbiddenPickle, invalidCheckpoint, limitExceeded, quote } from "./errors.ts";
import type { PickleValue } from "./pickle-values.ts";
import {
  PickleDict,
  PickleGlobal,
  type PickleMachine,
  PickleObject,
  PickleSequence,
} from "./pickle-values.ts";

export interface PickleRules {
  /** The allow-listed global, or null: refuse. */
  global(module: string, name: string): PickleGlobal | null;
  /** A reference to data outside the pickle (PyTorch: a storage). */
  persistent(id: PickleValue): PickleValue;
}

const MAX_PICKLE_BYTES = 1 << 26;
const MAX_NESTING = 200;
const MAX_INTEGER_BYTES = 64;
/** Items that calls may copy, per byte of the pickle: honest files stay far below 1. */
const WORK_PER_BYTE = 4;

/** Opcodes that create or change objects of arbitrary classes, named for the message. */
const REFUSED: Readonly<Record<number, string>> = {
  105: "INST",
  111: "OBJ",
  129: "NEWOBJ",
  130: "EXT1",
  131: "EXT2",
  132: "EXT4",
  146: "NEWOBJ_EX",
  151: "NEXT_BUFFER",
};

/**
 * Reads one pickle and returns its value.
 * @throws SpineXRError FORBIDDEN_PICKLE, INVALID_CHECKPOINT (malformed), LIMIT_EXCEEDED
 */
export function readPickle(bytes: Uint8Array, rules: PickleRules): PickleValue {
  if (bytes.length > MAX_PICKLE_BYTES) {
    limitExceeded(`The checkpoint's pickle has ${bytes.length} bytes; at most ${MAX_PICKLE_BYTES} are read.`);
  }
  return new Interpreter(bytes, rules).run();
}

class Interpreter implements PickleMachine {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  readonly rules: PickleRules;
  private readonly stack: PickleValue[] = [];
  /** Stack heights at which MARK was seen. */
  private readonly marks: number[] = [];
  readonly memo = new Map<number, PickleValue>();
  private at = 0;
  private work: number;

  constructor(bytes: Uint8Array, rules: PickleRules) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.rules = rules;
    this.work = 1024 + bytes.length * WORK_PER_BYTE;
  }

  run(): PickleValue {
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x2e /* STOP */) return this.pop();
      (INSTRUCTIONS[opcode] ?? this.refuse(opcode))(this);
    }
  }

  charge(items: number): void {
    this.work -= items;
    if (this.work < 0)
      limitExceeded("The checkpoint's pickle repeats its data too often; it is not a usual checkpoint.");
  }

  setItem(dict: PickleDict, key: PickleValue, value: PickleValue): void {
    if (key instanceof PickleDict) malformed("a dict is used as a key");
    this.nest(dict, key);
    this.nest(dict, value);
    dict.entries.set(key, value);
  }

  private refuse(opcode: number): never {
    const name = REFUSED[opcode];
    if (name === undefined) {
      malformed(
        `byte ${this.at - 1} (0x${opcode.toString(16).padStart(2, "0")}) is no instruction of protocols 2 to 5`,
      );
    }
    return forbiddenPickle(
      `The checkpoint's pickle uses ${name}, which makes objects of arbitrary Python classes.`,
    );
  }

  protocol(version: number): void {
    if (version < 2 || version > 5) malformed(`it claims protocol ${version}; protocols 2 to 5 are read`);
  }

  reduce(): void {
    const [callable, args] = this.popMany(2);
    if (!(callable instanceof PickleGlobal)) {
      forbiddenPickle("The checkpoint's pickle calls something that is not a named function.");
    }
    const { name, call } = callable;
    if (call === null)
      forbiddenPickle(`The checkpoint's pickle calls ${quote(name)}, which may only be named.`);
    if (!(args instanceof PickleSequence)) malformed(`the arguments of ${quote(name)} are not a tuple`);
    this.push(call(args.items, this));
  }

  build(): void {
    this.pop(); // the state: attributes of an OrderedDict (_metadata), of a numpy dtype or array; not needed
    const target = this.top();
    const accepts = target instanceof PickleDict || (target instanceof PickleObject && target.acceptsState);
    if (!accepts) forbiddenPickle("The checkpoint's pickle sets the state of an object that has none here.");
  }

  pushGlobal(module: string, name: string): void {
    const value = this.rules.global(module, name);
    if (value === null) {
      forbiddenPickle(
        `The checkpoint's pickle asks for the Python object ${quote(`${module}.${name}`)}, which is not on the list of what tensors need.`,
      );
    }
    this.push(value);
  }

  pushTuple(items: PickleValue[]): void {
    const tuple = new PickleSequence(items);
    for (const item of items) this.nest(tuple, item);
    this.push(tuple);
  }

  append(items: PickleValue[]): void {
    const list = this.top();
    if (!(list instanceof PickleSequence)) malformed("it appends to something that is not a list");
    for (const item of items) {
      this.nest(list, item);
      list.items.push(item);
    }
  }

  setItems(items: PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict)) malformed("it sets an item of something that is not a dict");
    if (items.length % 2 !== 0) malformed("a key of a dict has no value");
    for (let i = 0; i < items.length; i += 2) this.setItem(dict, items[i]!, items[i + 1]!);
  }

  private nest(parent: PickleSequence | PickleDict, child: PickleValue): void {
    if (!(child instanceof PickleSequence || child instanceof PickleDict)) return;
    parent.depth = Math.max(parent.depth, child.depth + 1);
    if (parent.depth > MAX_NESTING) {
      limitExceeded(`The checkpoint's pickle nests its data more than ${MAX_NESTING} deep.`);
    }
  }

  stackGlobal(): void {
    const [module, name] = this.popMany(2);
    if (typeof module !== "string" || typeof name !== "string") {
      malformed("the name of a global is not text");
    }
    this.pushGlobal(module, name);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): PickleValue {
    const value = this.memo.get(index);
    return value === undefined ? malformed(`it refers to item ${index}, which was never stored`) : value;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  /** Values below a mark belong to whoever set it. */
  private get floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  pop(): PickleValue {
    return this.popMany(1)[0]!;
  }

  popMany(count: number): PickleValue[] {
    if (this.stack.length - count < this.floor) malformed("its stack runs empty");
    return this.stack.splice(this.stack.length - count);
  }

  popMark(): PickleValue[] {
    const mark = this.marks.pop();
    return mark === undefined ? malformed("a mark is missing") : this.stack.splice(mark);
  }

  private top(): PickleValue {
    if (this.stack.length <= this.floor) malformed("its stack runs empty");
    return this.stack.at(-1)!;
  }

  /** Moves on by `count` bytes and returns where they began. */
  skip(count: number): number {
    const start = this.at;
    if (count > this.bytes.length - start)
      malformed("it ends in the middle of an instruction; the file may be truncated");
    this.at += count;
    return start;
  }

  byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  uint16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  uint64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  raw(length: number): Uint8Array {
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.raw(length));
    } catch (error) {
      if (error instanceof TypeError) malformed("a text is not UTF-8");
      throw error;
    }
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > 1024) malformed("the name of a global does not end");
    const text = this.text(end - this.at);
    this.skip(1);
    return text;
  }

  /** Two's complement, little endian; a number where it is exact. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES)
      limitExceeded(`The checkpoint's pickle has an integer of ${length} bytes.`);
    const bytes = this.raw(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (length > 0 && bytes[length - 1]! & 0x80) value -= 1n << BigInt(8 * length);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}

/** What each instruction does, by opcode. */
const INSTRUCTIONS: Readonly<Record<number, (m: Interpreter) => void>> = {
  128: (m) => m.protocol(m.byte()), // PROTO
  149: (m) => m.skip(8), // FRAME: a hint for readers from files
  40: (m) => m.mark(), // MARK
  48: (m) => m.pop(), // POP
  49: (m) => m.popMark(), // POP_MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.int32()), // BININT
  75: (m) => m.push(m.byte()), // BININT1
  77: (m) => m.push(m.uint16()), // BININT2
  138: (m) => m.push(m.integer(m.byte())), // LONG1
  139: (m) => m.push(m.integer(m.uint32())), // LONG4
  71: (m) => m.push(m.float64()), // BINFLOAT
  140: (m) => m.push(m.text(m.byte())), // SHORT_BINUNICODE
  88: (m) => m.push(m.text(m.uint32())), // BINUNICODE
  141: (m) => m.push(m.text(m.uint64())), // BINUNICODE8
  85: (m) => m.push(m.raw(m.byte())), // SHORT_BINSTRING: str of Python 2
  84: (m) => m.push(m.raw(m.uint32())), // BINSTRING
  67: (m) => m.push(m.raw(m.byte())), // SHORT_BINBYTES
  66: (m) => m.push(m.raw(m.uint32())), // BINBYTES
  142: (m) => m.push(m.raw(m.uint64())), // BINBYTES8
  150: (m) => m.push(m.raw(m.uint64())), // BYTEARRAY8
  93: (m) => m.push(new PickleSequence([])), // EMPTY_LIST
  41: (m) => m.push(new PickleSequence([])), // EMPTY_TUPLE
  125: (m) => m.push(new PickleDict()), // EMPTY_DICT
  116: (m) => m.pushTuple(m.popMark()), // TUPLE
  133: (m) => m.pushTuple(m.popMany(1)), // TUPLE1
  134: (m) => m.pushTuple(m.popMany(2)), // TUPLE2
  135: (m) => m.pushTuple(m.popMany(3)), // TUPLE3
  97: (m) => m.append(m.popMany(1)), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  115: (m) => m.setItems(m.popMany(2)), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  113: (m) => m.remember(m.byte()), // BINPUT
  114: (m) => m.remember(m.uint32()), // LONG_BINPUT
  148: (m) => m.remember(m.memo.size), // MEMOIZE
  104: (m) => m.push(m.recall(m.byte())), // BINGET
  106: (m) => m.push(m.recall(m.uint32())), // LONG_BINGET
  99: (m) => m.pushGlobal(m.line(), m.line()), // GLOBAL
  147: (m) => m.stackGlobal(), // STACK_GLOBAL
  82: (m) => m.reduce(), // REDUCE
  98: (m) => m.build(), // BUILD
  81: (m) => m.push(m.rules.persistent(m.pop())), // BINPERSID
};

function malformed(found: string): never {
  return invalidCheckpoint(`The checkpoint's pickle is damaged: ${found}.`);
}
