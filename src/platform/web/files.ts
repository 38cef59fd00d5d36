/** Bytes from wherever the caller has them. */
import { SpineXRError, throwIfAborted } from "../../api/errors.ts";
import type { ByteSource } from "../files.ts";
import { checkSize, type ReadOptions, readRemote } from "../remote.ts";

export type { ByteSource } from "../files.ts";

const PROTOCOLS = ["http:", "https:", "blob:", "data:"];

/**
 * An address, Blob or bytes to bytes. A string is an address, relative ones to the page.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED, INVALID_ARGUMENT
 */
export async function readBytes(source: ByteSource, options: ReadOptions = {}): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return readBlob(source, options.signal);
  if (typeof source === "string" || source instanceof URL) {
    const address = addressOf(source);
    if (address !== null && PROTOCOLS.includes(address.protocol)) return readRemote(address, options);
  }
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    "Expected a File or Blob, an ArrayBuffer, a Uint8Array or an http(s): address; pass one of these.",
  );
}

/** null: it is none. */
function addressOf(source: string | URL): URL | null {
  if (source instanceof URL) return source;
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  return URL.canParse(source, base) ? new URL(source, base) : null;
}

async function readBlob(blob: Blob, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const name = "The file or Blob";
  checkSize(blob.size, name);
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    throwIfAborted(signal);
    return bytes;
  } catch (cause) {
    throw cause instanceof SpineXRError ? cause : unreadable(name, cause);
  }
}

/** FILE_UNREADABLE for a file that was changed or removed since it was chosen. Names of files may name patients. */
export const unreadable = (name: string, cause: unknown): SpineXRError =>
  new SpineXRError("FILE_UNREADABLE", `${name} cannot be read (${(cause as Error).name}); choose it again.`, {
    cause,
  });
