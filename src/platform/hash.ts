/** SHA-256, the only hash of the project. */
import { createHash } from "node:crypto";
import { throwIfAborted } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { pause } from "./pause.ts";

/** Lower-case hex of the SHA-256 of `bytes` (or of the concatenation of parts). */
export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The same of parts that are made one after another, each before it is asked for the next. Pauses between them. */
export async function sha256OfParts(parts: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(part);
    await pause();
  }
  return hash.digest("hex");
}

const PIECE = 1 << 20;

/** The same of a file, which it reads in pieces. Throws as ByteFile.readInto and check, and ABORTED. */
export async function sha256HexOfFile(file: ByteFile, signal?: AbortSignal): Promise<string> {
  const sum = await sha256OfParts(piecesOf(file, signal));
  file.check();
  return sum;
}

function* piecesOf(file: ByteFile, signal: AbortSignal | undefined): Iterable<Uint8Array> {
  const piece = new Uint8Array(Math.min(PIECE, file.size));
  for (let at = 0; at < file.size; at += piece.length) {
    throwIfAborted(signal);
    const part = piece.subarray(0, file.size - at);
    file.readInto(part, at);
    yield part;
  }
}
