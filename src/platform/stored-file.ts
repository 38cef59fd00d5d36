/** Local files of which parts are read when they are needed. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SpineXRError } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { type ByteSource, unreadable } from "./files.ts";
import { checkSize } from "./remote.ts";

/** Closes what nobody closed. */
const forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** Reads are few and of files that are mostly in the system's cache: they block. */
export class StoredFile implements ByteFile {
  readonly size: number;
  readonly #path: string;
  readonly #stamp: string;
  #descriptor: number;

  /** @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED */
  constructor(path: string, maxBytes?: number) {
    this.#path = path;
    try {
      // A pipe of that name must not make everything wait. (Windows does not have the flag.)
      this.#descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (cause) {
      throw unreadable(path, cause);
    }
    forgotten.register(this, this.#descriptor, this);
    try {
      const info = fstatSync(this.#descriptor);
      if (!info.isFile()) throw new SpineXRError("FILE_UNREADABLE", `${path} is not a file.`);
      checkSize(info.size, path, maxBytes);
      this.size = info.size;
      this.#stamp = this.#stampNow();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = new Uint8Array(length);
    } catch (cause) {
      throw new SpineXRError(
        "OUT_OF_MEMORY",
        `${length} bytes of ${this.#path} do not fit into memory; close other programs or use a smaller network.`,
        { cause },
      );
    }
    this.readInto(bytes, position);
    this.check();
    return bytes;
  }

  readInto(target: Uint8Array, position: number): void {
    try {
      for (let done = 0; done < target.length; ) {
        const count = readSync(this.#descriptor, target, done, target.length - done, position + done);
        if (count === 0) throw this.#changed();
        done += count;
      }
    } catch (cause) {
      throw cause instanceof SpineXRError ? cause : unreadable(this.#path, cause);
    }
  }

  check(): void {
    if (this.#descriptor < 0)
      throw new SpineXRError("FILE_UNREADABLE", `The file ${this.#path} was read after it had been closed.`);
    if (this.#stampNow() !== this.#stamp) throw this.#changed();
  }

  close(): void {
    if (this.#descriptor < 0) return;
    forgotten.unregister(this);
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #stampNow(): string {
    try {
      const { size, mtimeNs } = fstatSync(this.#descriptor, { bigint: true });
      return `${size} ${mtimeNs}`;
    } catch (cause) {
      throw unreadable(this.#path, cause);
    }
  }

  #changed(): SpineXRError {
    return new SpineXRError(
      "FILE_CHANGED",
      `The file ${this.#path} has changed since it was loaded, and weights that are still in it are needed; load it again.`,
    );
  }
}

/**
 * The file that a source names; null where readBytes() has to see to it: bytes, Blobs, http(s): addresses, pipes, what is
 * not there.
 * @throws SpineXRError FILE_UNREADABLE, LIMIT_EXCEEDED
 */
export function openStored(source: ByteSource): StoredFile | null {
  const path =
    source instanceof URL && source.protocol === "file:"
      ? fileURLToPath(source)
      : typeof source === "string" && !/^https?:\/\//.test(source)
        ? source
        : null;
  if (path === null) return null;
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? new StoredFile(path) : null;
}
