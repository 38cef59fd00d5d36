/** What a WireReader reads from: bytes in memory, or a file through a window that moves along with the reading. */
import type { ByteFile } from "../bytes/stored.ts";

const WINDOW_BYTES = 1 << 16;
/** Fields of a file from this length on are not read but found: the weights. */
const RANGE_BYTES = 1 << 14;

/** A field that was left in its file. */
export interface Range {
  readonly file: ByteFile;
  readonly position: number;
  readonly length: number;
}

export class ByteWindow {
  readonly length: number;
  readonly #file: ByteFile | null;
  /** Of a file: used again and again. */
  readonly #buffer: Uint8Array;
  #bytes: Uint8Array;
  #start = 0;

  constructor(source: Uint8Array | ByteFile) {
    const inMemory = source instanceof Uint8Array;
    this.#file = inMemory ? null : source;
    this.length = inMemory ? source.length : source.size;
    this.#buffer = inMemory ? source : new Uint8Array(Math.min(WINDOW_BYTES, source.size));
    this.#bytes = inMemory ? source : this.#buffer.subarray(0, 0);
  }

  /** `at` is inside. */
  byte(at: number): number {
    const byte = this.#bytes[at - this.#start];
    return byte ?? this.view(at, at + 1)[0]!;
  }

  /** Bytes inside, valid until the next call where they come from a file. */
  view(start: number, end: number): Uint8Array {
    if (this.#file !== null && (start < this.#start || end > this.#start + this.#bytes.length)) {
      if (end - start > this.#buffer.length) return this.#file.read(start, end - start);
      this.#bytes = this.#buffer.subarray(0, Math.min(this.#buffer.length, this.length - start));
      this.#start = start;
      this.#file.readInto(this.#bytes, start);
    }
    return this.#bytes.subarray(start - this.#start, end - this.#start);
  }

  /** The same for keeping: short ones of a file are copied, long ones stay there. */
  lasting(start: number, end: number): Uint8Array | Range {
    if (this.#file === null) return this.view(start, end);
    if (end - start >= RANGE_BYTES) return { file: this.#file, position: start, length: end - start };
    return this.view(start, end).slice();
  }

  /** The bytes of what lasting() gave. */
  read(field: Uint8Array | Range): Uint8Array {
    return field instanceof Uint8Array ? field : field.file.read(field.position, field.length);
  }
}
