/** Arguments of a page made ready for its worker. */
import { SpineXRError } from "../api/errors.ts";
import type { TuningStore } from "../tune/store.ts";
import type { Live } from "./connection.ts";
import type { Sent } from "./messages.ts";

/** Takes out what stays in the page. Values of a wrong kind go along, so that the engine says what is wrong. */
export function pack<O extends object>(
  caller: string,
  options: O,
): { readonly plain: Sent<O>; readonly live: Live } {
  if (typeof options !== "object" || options === null)
    throw new SpineXRError("INVALID_ARGUMENT", `${caller}: expected an object of options, found ${options}.`);
  const { signal, onProgress, tuningStore, algorithms, ...rest } = options as Record<string, unknown>;
  const functions = [algorithms, ...Object.values(Object(algorithms))].some(
    (one) => typeof one === "function",
  );
  if (functions)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${caller}: functions cannot go to a worker; give "algorithms" by the names of layers, or use "worker: false".`,
    );
  const live: Live = {
    ...(signal instanceof AbortSignal ? { signal } : {}),
    ...(typeof onProgress === "function" ? { onProgress: onProgress as Live["onProgress"] } : {}),
    ...(isStore(tuningStore) ? { store: tuningStore } : {}),
  };
  const wrong = {
    ...(signal instanceof AbortSignal ? {} : { signal }),
    ...(typeof onProgress === "function" ? {} : { onProgress }),
    ...(isStore(tuningStore) ? {} : { tuningStore }),
  };
  const kept = Object.entries(wrong).filter(([, value]) => value !== undefined);
  const plain = { ...rest, ...Object.fromEntries(kept), ...(algorithms === undefined ? {} : { algorithms }) };
  return { plain: withAddress(plain) as Sent<O>, live };
}

const isStore = (value: unknown): value is TuningStore =>
  typeof (value as TuningStore | null | undefined)?.read === "function" &&
  typeof (value as TuningStore).write === "function";

/** Where the module is, whole. */
function withAddress(options: Record<string, unknown>): Record<string, unknown> {
  const url = (options.wasm as { url?: unknown } | undefined)?.url;
  return typeof url === "string" || url instanceof URL ? { ...options, wasm: { url: whole(url) } } : options;
}

/** An address as text, relative ones to the page: workers have another base, and URLs cannot be sent. */
export function whole<T>(source: T): T | string {
  if (source instanceof URL) return source.href;
  const base = globalThis.document?.baseURI ?? globalThis.location.href;
  return typeof source === "string" && URL.canParse(source, base) ? new URL(source, base).href : source;
}
