/** SHA-256, the only hash of the project. crypto.subtle wants all bytes at once and answers later; this does neither. */
import { throwIfAborted } from "../../api/errors.ts";
import { Sha256 } from "../../bytes/sha256.ts";
import type { ByteFile } from "../../bytes/stored.ts";
import { pause } from "./pause.ts";

/** Lower-case hex of the SHA-256 of `bytes` (or of the concatenation of parts). */
export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.hex();
}

/** The same of parts that are made one after another, each before it is asked for the next. Pauses between them. */
export async function sha256OfParts(parts: Iterable<Uint8Array>): Promise<string> {
  const hash = new Sha256();
  for (const part of parts) {
    hash.update(part);
    await pause();
  }
  return hash.hex();
}

const PIECE = 1 << 20;

/** The same of a file, which it reads in pieces. Throws as ByteFile.readInto and check, and ABORTED. */
export async function sha256HexOfFile(file: ByteFile, signal?: AbortSignal): Promise<string> {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += PIECE) {
    throwIfAborted(signal);
    hash.update(file.read(at, Math.min(PIECE, file.size - at)));
    await pause();
  }
  return hash.hex();
}
