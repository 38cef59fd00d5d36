/** SHA-256, the only hash of the project. */
import { createHash } from "node:crypto";

/** Lower-case hex of the SHA-256 of `bytes` (or of the concatenation of parts). */
export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
