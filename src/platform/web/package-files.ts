/** Files of this package: they lie beside and above the bundle. Literal addresses, for which bundlers look. */
import { SpineXRError } from "../../api/errors.ts";
import { readRemote } from "../remote.ts";

const MODULES: Readonly<Record<string, () => URL>> = {
  "simd.wasm": () => new URL("../wasm/simd.wasm", import.meta.url),
  "simd-threads.wasm": () => new URL("../wasm/simd-threads.wasm", import.meta.url),
  "relaxed-threads.wasm": () => new URL("../wasm/relaxed-threads.wasm", import.meta.url),
};

/** Nothing has a path here. */
export const packagePath = (path: string): string => path;

/** Bytes of dist/wasm/NAME. Rejects as readBytes(). */
export const readWasmFile = (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  readRemote(MODULES[name]!(), {}) as Promise<Uint8Array<ArrayBuffer>>;

/** @throws SpineXRError BACKEND_UNAVAILABLE */
export const loadAddonFile = (pathOrPackage: string): unknown => {
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `Browsers load no addons (${pathOrPackage}); use the backend "wasm".`,
  );
};

export const existingFile = (_path: string): string | null => null;

export const packageMain = (_name: string): string | null => null;
