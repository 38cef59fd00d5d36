/** Bytes from an address. The same for all hosts. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";

/** Larger inputs are refused before they are read. */
const MAX_FILE_BYTES = 2 ** 31;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Of an address, as it comes in: bytes so far, and of all where the server says so. */
  readonly onBytes?: (loaded: number, total: number | null) => void;
}

/**
 * Whether the server was not reached at all: then a copy may do.
 */
export const isOffline = (error: unknown): boolean =>
  error instanceof SpineXRError && error.code === "FILE_UNREADABLE" && error.cause instanceof TypeError;

/**
 * What an address answers.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED
 */
export async function readRemote(url: URL, { signal, onBytes }: ReadOptions): Promise<Uint8Array> {
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
  const length = response.headers.get("content-length");
  checkSize(Number(length ?? 0), url.href);
  // Of a compressed answer the length is another one.
  const size = length === null || response.headers.has("content-encoding") ? null : Number(length);
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = response.body?.getReader();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader!.read()) {
      total += next.value.length;
      checkSize(total, url.href);
      parts.push(next.value);
      onBytes?.(total, size);
    }
  } catch (cause) {
    await reader?.cancel().catch(() => undefined);
    if (cause instanceof SpineXRError) throw cause;
    throwIfAborted(signal);
    throw new SpineXRError("FILE_UNREADABLE", `${url} broke off after ${total} bytes; fetch it again.`, {
      cause,
    });
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
