/** Bytes from wherever the caller has them. */
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import { checkSize, type ReadOptions, readRemote } from "./remote.ts";

export type ByteSource = Uint8Array | ArrayBuffer | Blob | string | URL;

/**
 * A path, file: or http(s): URL, Blob or bytes to bytes. A string is a path unless it starts with http:// or https://.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED, INVALID_ARGUMENT
 */
export async function readBytes(source: ByteSource, options: ReadOptions = {}): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source === "string" && !/^https?:\/\//.test(source)) return readLocal(source, options.signal);
  const url = source instanceof URL ? source : typeof source === "string" ? new URL(source) : null;
  if (url?.protocol === "file:") return readLocal(fileURLToPath(url), options.signal);
  if (url?.protocol === "http:" || url?.protocol === "https:") return readRemote(url, options);
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    "Expected a path, a file: or http(s): URL, a Blob, an ArrayBuffer or a Uint8Array; pass one of these.",
  );
}

async function readLocal(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (info.isDirectory())
      throw new SpineXRError(
        "FILE_UNREADABLE",
        `Expected a file, found a folder: ${path}. Name a file in it.`,
      );
    checkSize(info.size, path);
    return await readFile(path, { signal });
  } catch (cause) {
    if (cause instanceof SpineXRError) throw cause;
    throwIfAborted(signal);
    throw unreadable(path, cause);
  }
}

/** FILE_NOT_FOUND or FILE_UNREADABLE for an error of the file system. */
export function unreadable(path: string, cause: unknown): SpineXRError {
  const code = (cause as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR"
    ? new SpineXRError("FILE_NOT_FOUND", `There is no file ${path}; check the path.`, { cause })
    : new SpineXRError("FILE_UNREADABLE", `The file ${path} cannot be read (${code}).`, { cause });
}
