/** Numbers that stay in a file until somebody wants them. */

/** A file that is open for reading and has to stay as it was when it was opened. */
export interface ByteFile {
  readonly size: number;
  /** For native code that reads by itself; check() before and after. */
  readonly descriptor: number;
  /**
   * A copy of `length` bytes from `position` on.
   * @throws SpineXRError FILE_CHANGED, FILE_UNREADABLE, OUT_OF_MEMORY
   */
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
  /** The same into all of `target`, without looking whether the file has changed: check() afterwards. */
  readInto(target: Uint8Array, position: number): void;
  /** @throws SpineXRError FILE_CHANGED where the file has been written to, FILE_UNREADABLE after close() */
  check(): void;
  /** Idempotent. */
  close(): void;
}

const origins = new WeakMap<object, StoredFloats>();

/** The f32 elements that lie at one place of a file, little-endian. Equal places of one model are one object. */
export class StoredFloats {
  readonly file: ByteFile;
  /** Byte offset in the file; any alignment. */
  readonly position: number;
  /** Bytes. */
  readonly length: number;
  #last: WeakRef<Float32Array> | null = null;

  constructor(file: ByteFile, position: number, length: number) {
    this.file = file;
    this.position = position;
    this.length = length;
  }

  /** The elements, read now unless somebody still holds what was read before. Never written to. Throws as ByteFile.read. */
  floats(): Float32Array {
    let floats = this.#last?.deref();
    if (floats === undefined) {
      floats = new Float32Array(this.bytes().buffer);
      this.#last = new WeakRef(floats);
      origins.set(floats, this);
    }
    return floats;
  }

  /** A copy of the bytes. Throws as ByteFile.read. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.file.read(this.position, this.length);
  }
}

/** Where an array was read from by floats(); undefined for others. */
export const originOf = (array: object): StoredFloats | undefined => origins.get(array);

/** Bytes as they are, or read now. */
export const bytesOf = (bytes: Uint8Array | StoredFloats): Uint8Array =>
  bytes instanceof StoredFloats ? bytes.bytes() : bytes;
