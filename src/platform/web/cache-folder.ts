/** Texts that stay in the browser, in its Cache API: a folder is a cache of that name. */
import { SpineXRError } from "../../api/errors.ts";

export const cacheFolder = (): string => "spinexr-tuning";

const addressOf = (name: string): URL => new URL(`/${encodeURIComponent(name)}`, globalThis.location.href);

/**
 * The text; null where there is none, or where this page may not keep anything (outside secure contexts).
 * @throws SpineXRError LIMIT_EXCEEDED
 */
export async function readCached(folder: string, name: string, maxBytes: number): Promise<string | null> {
  if (globalThis.caches === undefined) return null;
  const found = await (await caches.open(folder)).match(addressOf(name));
  const text = (await found?.text()) ?? null;
  if (text !== null && text.length > maxBytes)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `${name} has ${text.length} characters; expected at most ${maxBytes}.`,
    );
  return text;
}

/**
 * Replaces the text as a whole.
 * @throws SpineXRError FILE_UNREADABLE
 */
export async function writeCached(folder: string, name: string, text: string): Promise<void> {
  try {
    await (await caches.open(folder)).put(addressOf(name), new Response(text));
  } catch (cause) {
    throw new SpineXRError(
      "FILE_UNREADABLE",
      `${name} cannot be kept in this browser: that needs a secure context and space; pass a tuningStore.`,
      { cause },
    );
  }
}
