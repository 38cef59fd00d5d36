/**
 * The protocol buffer wire format, as far as ONNX needs it: a reader, zero-copy for bytes in memory, and a writer.
 *
 * The reader trusts nothing: every length is checked against the enclosing message before it is used, and what
 * does not fit is INVALID_ONNX with the offset in the file.
 */
import { SpineXRError } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { ByteWindow, type Range } from "./byte-window.ts";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const TEXT = new TextDecoder();
const UTF8 = new TextEncoder();

/** Exact: a number where it is a safe integer, otherwise a bigint. */
export type Int = number | bigint;

/**
 * A cursor over one message. `while (r.next()) switch (r.field) { case 1: x = r.string(); break; default: r.skip(); }`
 * Sub-messages share the file's bytes, so offsets in errors are offsets in the file.
 */
export class WireReader {
  readonly source: ByteWindow;
  private position: number;
  private readonly end: number;
  /** Number of the current field; valid after `next()` returned true. */
  field = 0;
  private wire = 0;

  constructor(source: Uint8Array | ByteFile | ByteWindow, start = 0, end?: number) {
    this.source = source instanceof ByteWindow ? source : new ByteWindow(source);
    this.position = start;
    this.end = end ?? this.source.length;
  }

  /** Moves to the next field; false at the end of the message. The previous field must have been read or skipped. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const tag = this.varint();
    if (typeof tag === "bigint" || tag < 0 || tag > 0xffffffff) this.fail("a field tag larger than 32 bits");
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field === 0) this.fail("field number 0");
    return true;
  }

  skip(): void {
    if (this.wire === VARINT) this.varint();
    else if (this.wire === FIXED64) this.take(8);
    else if (this.wire === BYTES) this.span();
    else if (this.wire === FIXED32) this.take(4);
    else this.fail(`wire type ${this.wire}`);
  }

  /** A varint as a signed 64-bit integer. */
  int(): Int {
    this.expect(VARINT);
    return this.varint();
  }

  /** An integer that must be safe: an enum, a version, a count. */
  smallInt(what: string): number {
    const value = this.int();
    if (typeof value === "bigint") this.fail(`${what} ${value}`);
    return value;
  }

  float(): number {
    this.expect(FIXED32);
    const at = this.take(4);
    const bytes = this.source.view(at, at + 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  /** A length-delimited field: a view of bytes in memory; of a file its place where it is long, else a copy. */
  bytes(): Uint8Array | Range {
    const [start, end] = this.span();
    return this.source.lasting(start, end);
  }

  /** Ill-formed UTF-8 becomes U+FFFD. */
  string(): string {
    const [start, end] = this.span();
    return TEXT.decode(this.source.view(start, end));
  }

  message(): WireReader {
    const [start, end] = this.span();
    return new WireReader(this.source, start, end);
  }

  /** One occurrence of a repeated varint field, packed or not, appended to `into`. */
  ints(into: Int[]): void {
    if (this.wire === VARINT) {
      into.push(this.varint());
      return;
    }
    const packed = this.message();
    while (packed.position < packed.end) into.push(packed.varint());
  }

  /** One occurrence of a repeated float field, packed or not, appended to `into`. */
  floats(into: number[]): void {
    if (this.wire === FIXED32) {
      into.push(this.float());
      return;
    }
    const bytes = this.source.read(this.fixedArray(4));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < bytes.length; i += 4) into.push(view.getFloat32(i, true));
  }

  /**
   * One occurrence of a repeated fixed-width field as little-endian bytes: all of a packed one (as bytes() gives it),
   * or the single element of an unpacked one.
   */
  fixedArray(width: 4 | 8): Uint8Array | Range {
    if (this.wire === (width === 4 ? FIXED32 : FIXED64)) {
      const at = this.take(width);
      return this.source.lasting(at, at + width);
    }
    const bytes = this.bytes();
    if (bytes.length % width !== 0)
      this.fail(`a packed array of ${bytes.length} bytes, not a multiple of ${width}`);
    return bytes;
  }

  fail(what: string): never {
    throw new SpineXRError(
      "INVALID_ONNX",
      `Expected an ONNX model (a protocol buffer), found ${what} near byte ${Math.min(this.position, this.end)}; the file is damaged or of another format.`,
    );
  }

  private expect(wire: number): void {
    if (this.wire !== wire) this.fail(`field ${this.field} with wire type ${this.wire} instead of ${wire}`);
  }

  private take(count: number): number {
    const at = this.position;
    if (count > this.end - at) this.fail(`a field of ${count} bytes where ${this.end - at} are left`);
    this.position = at + count;
    return at;
  }

  private span(): [number, number] {
    this.expect(BYTES);
    const length = this.varint();
    if (typeof length === "bigint" || length < 0) this.fail(`a field of ${length} bytes`);
    const start = this.take(length);
    return [start, start + length];
  }

  private varint(): Int {
    let low = 0; // 28 bits
    let middle = 0; // 28 bits
    let high = 0; // 8 bits
    for (let i = 0; ; i++) {
      if (this.position >= this.end) this.fail("the end of the data inside a number");
      if (i === 10) this.fail("a number longer than 10 bytes");
      const byte = this.source.byte(this.position++);
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i < 8) middle |= bits << (7 * (i - 4));
      else high |= bits << (7 * (i - 8));
      if (byte < 0x80) break;
    }
    high &= 0xff;
    if (high === 0 && middle < 0x1000000) return low + middle * 0x10000000; // below 2^52
    const value = BigInt.asIntN(64, BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n));
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}

/** Builds a message; fields appear in the order of the calls, so the result is a function of them alone. */
export class WireWriter {
  private readonly chunks: Uint8Array[] = [];
  private open: number[] = [];
  private size = 0;

  get length(): number {
    return this.size + this.open.length;
  }

  int(field: number, value: Int): void {
    this.varint(field * 8 + VARINT);
    this.varint(value);
  }

  float(field: number, value: number): void {
    this.varint(field * 8 + FIXED32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.open.push(...bytes);
  }

  string(field: number, value: string): void {
    this.bytes(field, UTF8.encode(value));
  }

  /** `bytes` is kept, not copied, until `finish`. */
  bytes(field: number, bytes: Uint8Array): void {
    this.varint(field * 8 + BYTES);
    this.varint(bytes.length);
    this.flush();
    this.chunks.push(bytes);
    this.size += bytes.length;
  }

  message(field: number, build: (inner: WireWriter) => void): void {
    const inner = new WireWriter();
    build(inner);
    this.varint(field * 8 + BYTES);
    this.varint(inner.length);
    this.flush();
    inner.flush();
    for (const chunk of inner.chunks) this.chunks.push(chunk);
    this.size += inner.size;
  }

  ints(field: number, values: readonly Int[]): void {
    const packed = new WireWriter();
    for (const value of values) packed.varint(value);
    this.bytes(field, packed.finish());
  }

  floats(field: number, values: readonly number[]): void {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
    this.bytes(field, bytes);
  }

  finish(): Uint8Array {
    this.flush();
    const result = new Uint8Array(this.size);
    let at = 0;
    for (const chunk of this.chunks) {
      result.set(chunk, at);
      at += chunk.length;
    }
    return result;
  }

  private flush(): void {
    if (this.open.length === 0) return;
    this.chunks.push(Uint8Array.from(this.open));
    this.size += this.open.length;
    this.open = [];
  }

  private varint(value: Int): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.open.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.open.push(Number(rest));
  }
}
