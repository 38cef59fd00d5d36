/** Bytes from wherever the caller has them. */
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SpineXRError, throwIfAborted } from "../api/errors.ts";

/** Larger inputs are refused before they are read. */
const MAX_FILE_BYTES = 2 ** 31;

export type ByteSource = Uint8Array | ArrayBuffer | Blob | string | URL;

/**
 * A path, file: or http(s): URL, Blob or bytes to bytes. A string is a path unless it starts with http:// or https://.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED, INVALID_ARGUMENT
 */
export async function readBytes(
  source: ByteSource,
  options: { signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source === "string" && !/^https?:\/\//.test(source)) return readLocal(source, options.signal);
  const url = source instanceof URL ? source : typeof source === "string" ? new URL(source) : null;
  if (url?.protocol === "file:") return readLocal(fileURLToPath(url), options.signal);
  if (url?.protocol === "http:" || url?.protocol === "https:") return readRemote(url, options.signal);
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

async function readRemote(url: URL, signal: AbortSignal | undefined): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    throwIfAborted(signal);
    throw new SpineXRError(
      "FILE_UNREADABLE",
      `${url} cannot be fetched; check the address and the network.`,
      {
        cause,
      },
    );
  }
  if (!response.ok) {
    const code = response.status === 404 ? "FILE_NOT_FOUND" : "FILE_UNREADABLE";
    throw new SpineXRError(code, `${url} answered with HTTP status ${response.status}; expected 200.`);
  }
  checkSize(Number(response.headers.get("content-length") ?? 0), url.href);
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    checkSize(total, url.href);
    parts.push(part);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

export function checkSize(size: number, name: string, most = MAX_FILE_BYTES): void {
  if (size > most)
    throw new SpineXRError("LIMIT_EXCEEDED", `${name} has ${size} bytes; expected at most ${most}.`);
}
