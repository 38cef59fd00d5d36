/** The three modules of dist/wasm/: which one fits, and its compiled form. */
import { SpineXRError } from "../../api/errors.ts";
import { readWasmFile } from "../../platform/package-files.ts";
import type { BackendOptions } from "../backend.ts";
import { type WasmFeatures, wasmFeatures } from "./features.ts";

export type WasmBuild = Exclude<BackendOptions["wasmBuild"], "auto" | undefined>;

/** Linear memory, in pages of 64 KiB: twin of wasm/build.mjs. */
const INITIAL_PAGES = 64;
const MAXIMUM_PAGES = 32768;

const isShared = (build: WasmBuild): boolean => build !== "simd";

/**
 * The build to use: the named one, or the best that this host runs.
 * @throws SpineXRError BACKEND_UNAVAILABLE
 */
export function chooseBuild(
  wanted: BackendOptions["wasmBuild"] = "auto",
  features: WasmFeatures = wasmFeatures(),
): WasmBuild {
  const missing = (build: WasmBuild): string[] => [
    ...(features.simd ? [] : ["SIMD"]),
    ...(isShared(build) && !features.threads ? ["shared memory (SharedArrayBuffer)"] : []),
    ...(build === "relaxed-threads" && !features.relaxedSimd ? ["relaxed SIMD"] : []),
  ];
  const preferred: readonly WasmBuild[] =
    wanted === "auto" ? ["relaxed-threads", "simd-threads", "simd"] : [wanted];
  const chosen = preferred.find((build) => missing(build).length === 0);
  if (chosen !== undefined) return chosen;
  const last = preferred[preferred.length - 1];
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The WebAssembly build "${last}" needs ${missing(last).join(" and ")}, which this host lacks; choose another build or a newer host.`,
  );
}

const compiled = new Map<WasmBuild, Promise<WebAssembly.Module>>();

/** The compiled module, shared by all engines of this thread. @throws SpineXRError BACKEND_UNAVAILABLE */
export function loadBuild(build: WasmBuild): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (module === undefined) {
    module = compile(build);
    compiled.set(build, module);
    module.catch(() => compiled.delete(build)); // a file that appears later is found
  }
  return module;
}

async function compile(build: WasmBuild): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readWasmFile(`${build}.wasm`);
  } catch (cause) {
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `The module dist/wasm/${build}.wasm is not in this installation; build it with "npm run build:wasm".`,
      { cause },
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `The module dist/wasm/${build}.wasm does not compile on this host (${(cause as Error).message}).`,
      { cause },
    );
  }
}

/** A memory for one engine. Throws OUT_OF_MEMORY. */
export function createMemory(build: WasmBuild): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({
      initial: INITIAL_PAGES,
      maximum: MAXIMUM_PAGES,
      shared: isShared(build),
    });
  } catch (cause) {
    throw new SpineXRError(
      "OUT_OF_MEMORY",
      "The host has no address space left for another WebAssembly memory; dispose backends that are no longer used.",
      { cause },
    );
  }
}
