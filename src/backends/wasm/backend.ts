/** The backend "wasm": the same C++ core as WebAssembly, in workers. */
import { SpineXRError } from "../../api/errors.ts";
import { processorCount, runtimeName } from "../../platform/environment.ts";
import type { Backend, BackendOptions, Probe } from "../backend.ts";
import { coreInstance, coreTraits } from "../core-instance.ts";
import { DrivenCore } from "../driven-core.ts";
import { chooseIsa } from "../isa.ts";
import { chooseBuild, createMemory, loadBuild, type WasmBuild } from "./builds.ts";
import { wasmDriver } from "./driver.ts";
import { instantiate, readText } from "./instance.ts";

/** SPX_ABI_VERSION of the engine.h that wasm/module.d.ts was written for. */
const ABI_VERSION = 5;

const device = (): string => `WebAssembly in ${runtimeName()}`;

const kernelSets = new Map<WasmBuild, readonly string[]>();

/** Kernel sets of a build, asked of an instance that is thrown away. */
async function isaNames(build: WasmBuild): Promise<readonly string[]> {
  const known = kernelSets.get(build);
  if (known !== undefined) return known;
  const instance = await instantiate(await loadBuild(build), createMemory(build), true);
  const version = instance.exports.spx_abi_version();
  if (version !== ABI_VERSION)
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `dist/wasm/${build}.wasm: expected interface version ${ABI_VERSION}, found ${version}; build it again with "npm run build:wasm".`,
    );
  const names = readText(instance, instance.exports.spx_isa_list()).split(" ");
  kernelSets.set(build, names);
  return names;
}

export const wasmBackend: Backend = {
  name: "wasm",
  precisions: ["fp32"],
  tunable: true,

  async probe(options: Partial<BackendOptions> = {}): Promise<Probe> {
    try {
      const isa = chooseIsa("wasm", await isaNames(chooseBuild(options.wasmBuild)), options.isa);
      return { available: true, reason: "", device: device(), isa };
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
      return { available: false, reason: error.message, device: "", isa: "" };
    }
  },

  async open(options: BackendOptions) {
    const build = chooseBuild(options.wasmBuild);
    const isa = chooseIsa("wasm", await isaNames(build), options.isa);
    const threads = chooseThreads(build, options.threads);
    const core = new DrivenCore(await wasmDriver({ build, threads, isa }));
    return coreInstance(wasmBackend, coreTraits(device()), core);
  },
};

/** The build "simd" has one thread: "auto" takes it, a larger number is refused. */
function chooseThreads(build: WasmBuild, threads: BackendOptions["threads"]): number {
  if (build !== "simd") return threads === "auto" ? processorCount() : threads;
  if (threads === "auto" || threads === 1) return 1;
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The WebAssembly build "simd" runs on one thread, found threads ${threads}; several need a host with SharedArrayBuffer (in browsers: cross-origin isolation).`,
  );
}
