/** SHA-256, the only hash of the project. */
import { createHash } from "node:crypto";
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
