/** The module that a caller's options lead to. */
import { SpineXRError } from "../../api/errors.ts";
import type { BackendOptions } from "../backend.ts";
import { chooseBuild, compile, compileFrom, loadBuild, type WasmBuild } from "./builds.ts";
import { wasmFeatures } from "./features.ts";

export interface BuiltModule {
  readonly build: WasmBuild;
  readonly module: WebAssembly.Module;
}

/**
 * @throws SpineXRError BACKEND_UNAVAILABLE; INVALID_ARGUMENT for options that exclude each other
 */
export async function findModule(options: Partial<BackendOptions>): Promise<BuiltModule> {
  const { wasm, worker = true } = options;
  const wanted = worker ? options.wasmBuild : calmBuild(options.wasmBuild);
  if (wasm === undefined) return ownModule(chooseBuild(wanted));
  if ("url" in wasm) {
    const url = URL.canParse(wasm.url) ? new URL(wasm.url) : null;
    if (url === null)
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `The option "wasm" expects a whole address, found ${wasm.url}.`,
      );
    return url.pathname.endsWith("/")
      ? ownModule(chooseBuild(wanted), url.href)
      : named(await compileFrom(url), wanted);
  }
  const module = "module" in wasm ? wasm.module : await compile(wasm.bytes as BufferSource, "given");
  return named(module, wanted);
}

const ownModule = async (build: WasmBuild, folder?: string): Promise<BuiltModule> => ({
  build,
  module: await loadBuild(build, folder),
});

/** On the calling thread nobody may wait: one thread. */
function calmBuild(wanted: BackendOptions["wasmBuild"] = "auto"): "simd" {
  if (wanted === "auto" || wanted === "simd") return "simd";
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `"worker: false" runs the WebAssembly build "simd", found "${wanted}"; leave out one of them.`,
  );
}

/** Which build a caller's module is, by what it exports. */
function named(module: WebAssembly.Module, wanted: BackendOptions["wasmBuild"] = "auto"): BuiltModule {
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  if (!exports.includes("spx_engine_create"))
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      'The module of the option "wasm" is not one of dist/wasm/.',
    );
  const shared = exports.includes("__wasm_init_tls");
  const build = shared ? (wanted === "relaxed-threads" ? wanted : "simd-threads") : "simd";
  if (wanted !== "auto" && wanted !== build)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The module of the option "wasm" is of the build "${build}", not "${wanted}"; give the other or leave out "wasmBuild".`,
    );
  return { build: chooseBuild(build, { ...wasmFeatures(), relaxedSimd: true }), module };
}
