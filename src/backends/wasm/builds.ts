/** The three modules of dist/wasm/: which one fits, and its compiled form. */
import { SpineXRError } from "../../api/errors.ts";
import { readBytes } from "../../platform/files.ts";
import { readWasmFile } from "../../platform/package-files.ts";
import type { BackendOptions } from "../backend.ts";
import { type WasmFeatures, wasmFeatures } from "./features.ts";

export type WasmBuild = Exclude<BackendOptions["wasmBuild"], "auto" | undefined>;

/** Linear memory, in pages of 64 KiB: twin of wasm/build.mjs. */
const INITIAL_PAGES = 64;
const MAXIMUM_PAGES = 32768;

/** Fastest first. */
const PREFERRED: readonly WasmBuild[] = ["relaxed-threads", "simd-threads", "simd"];

/** What a build needs and the host lacks. */
const missing = (build: WasmBuild, features: WasmFeatures): string[] => [
  ...(features.simd ? [] : ["SIMD"]),
  ...(isShared(build) && !features.threads ? ["shared memory (SharedArrayBuffer)"] : []),
  ...(build === "relaxed-threads" && !features.relaxedSimd ? ["relaxed SIMD"] : []),
];

const isShared = (build: WasmBuild): boolean => build !== "simd";

/**
 * The build to use: the named one, or the best that this host runs.
 * @throws SpineXRError BACKEND_UNAVAILABLE
 */
export function chooseBuild(
  wanted: BackendOptions["wasmBuild"] = "auto",
  features: WasmFeatures = wasmFeatures(),
): WasmBuild {
  const preferred: readonly WasmBuild[] = wanted === "auto" ? PREFERRED : [wanted];
  const chosen = preferred.find((build) => missing(build, features).length === 0);
  if (chosen !== undefined) return chosen;
  const last = preferred[preferred.length - 1];
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The WebAssembly build "${last}" needs ${missing(last, features).join(" and ")}, which this host lacks; choose another build or a newer host.`,
  );
}

/** The builds that "auto" would have taken before `build`, with what they lack here. */
export function rejectedBuilds(
  { wasmBuild = "auto", wasm }: Partial<BackendOptions>,
  build: WasmBuild,
  features: WasmFeatures = wasmFeatures(),
): { name: string; reason: string }[] {
  if (wasmBuild !== "auto" || (wasm !== undefined && !("url" in wasm))) return [];
  return PREFERRED.slice(0, PREFERRED.indexOf(build)).map((better) => ({
    name: `wasm ${better}`,
    reason: !features.threads
      ? "Threads need cross-origin isolation: serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp."
      : `This host lacks ${missing(better, features).join(" and ")}.`,
  }));
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled module, shared by all engines of this thread.
 * @param folder address of a folder with the three modules; "" is dist/wasm/ of this package
 * @throws SpineXRError BACKEND_UNAVAILABLE
 */
export function loadBuild(build: WasmBuild, folder = ""): Promise<WebAssembly.Module> {
  const name = `${folder}${build}.wasm`;
  let module = compiled.get(name);
  if (module === undefined) {
    module = folder === "" ? compileOwn(build) : compileFrom(new URL(name));
    compiled.set(name, module);
    module.catch(() => compiled.delete(name)); // a file that appears later is found
  }
  return module;
}

async function compileOwn(build: WasmBuild): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readWasmFile(`${build}.wasm`);
  } catch (cause) {
    const reason =
      cause instanceof SpineXRError
        ? `${cause.message} Serve the folder dist/wasm/, or say with the option "wasm" where the module is.`
        : `The module dist/wasm/${build}.wasm is not in this installation; build it with "npm run build:wasm".`;
    throw new SpineXRError("BACKEND_UNAVAILABLE", reason, { cause });
  }
  return compile(bytes, `dist/wasm/${build}.wasm`);
}

/** @throws SpineXRError BACKEND_UNAVAILABLE where the file cannot be had or does not compile */
export async function compileFrom(url: URL): Promise<WebAssembly.Module> {
  const bytes = await readBytes(url).catch((cause: Error) => {
    throw new SpineXRError("BACKEND_UNAVAILABLE", `The option "wasm": ${cause.message}`, { cause });
  });
  return compile(bytes as Uint8Array<ArrayBuffer>, url.href);
}

/** @throws SpineXRError BACKEND_UNAVAILABLE */
export async function compile(bytes: BufferSource, name: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `The module ${name} does not compile on this host (${(cause as Error).message}).`,
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
