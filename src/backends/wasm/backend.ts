/** The backend "wasm": the same C++ core as WebAssembly, in workers. */
import { SpineXRError } from "../../api/errors.ts";
import { processorCount, runtimeName } from "../../platform/environment.ts";
import type { Backend, BackendOptions, Probe } from "../backend.ts";
import { coreInstance, coreTraits } from "../core-instance.ts";
import { DrivenCore } from "../driven-core.ts";
import type { CoreDriver } from "../driver.ts";
import { chooseIsa } from "../isa.ts";
import { createMemory, rejectedBuilds, type WasmBuild } from "./builds.ts";
import { wasmDriver } from "./driver.ts";
import { instantiate, readText } from "./instance.ts";
import { type BuiltModule, findModule } from "./module.ts";

/** SPX_ABI_VERSION of the engine.h that wasm/module.d.ts was written for. */
const ABI_VERSION = 5;

const device = (): string => `WebAssembly in ${runtimeName()}`;

const kernelSets = new WeakMap<WebAssembly.Module, readonly string[]>();

/** Kernel sets of a module, asked of an instance that is thrown away. */
async function isaNames({ build, module }: BuiltModule): Promise<readonly string[]> {
  const known = kernelSets.get(module);
  if (known !== undefined) return known;
  const instance = await instantiate(module, createMemory(build), true);
  const version = instance.exports.spx_abi_version();
  if (version !== ABI_VERSION)
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `${build}.wasm: expected interface version ${ABI_VERSION}, found ${version}; build it again with "npm run build:wasm".`,
    );
  const names = readText(instance, instance.exports.spx_isa_list()).split(" ");
  kernelSets.set(module, names);
  return names;
}

export const wasmBackend: Backend = {
  name: "wasm",
  precisions: ["fp32"],
  tunable: true,

  async probe(options: Partial<BackendOptions> = {}): Promise<Probe> {
    try {
      const isa = chooseIsa("wasm", await isaNames(await findModule(options)), options.isa);
      return { available: true, reason: "", device: device(), isa };
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
      return { available: false, reason: error.message, device: "", isa: "" };
    }
  },

  async open(options: BackendOptions) {
    const found = await findModule(options);
    const { build, module } = found;
    const isa = chooseIsa("wasm", await isaNames(found), options.isa);
    const threads = chooseThreads(build, options.threads);
    const inline = options.worker === false;
    const core = new DrivenCore(await wasmDriver({ build, module, threads, isa, inline }));
    const rejected = inline ? [] : rejectedBuilds(options, build);
    return { ...coreInstance(wasmBackend, coreTraits(device()), core), rejected };
  },
};

/** The build "simd" has one thread: "auto" takes it, a larger number is refused. */
/** The core beside a GPU: what the options lead to, with as many threads as that allows. Throws as open(). */
export async function openWasmHost(options: BackendOptions): Promise<CoreDriver> {
  const { build, module } = await findModule(options);
  const threads = build === "simd" ? 1 : chooseThreads(build, options.threads);
  return wasmDriver({ build, module, threads, isa: "", inline: options.worker === false });
}

function chooseThreads(build: WasmBuild, threads: BackendOptions["threads"]): number {
  if (build !== "simd") return threads === "auto" ? processorCount() : threads;
  if (threads === "auto" || threads === 1) return 1;
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The WebAssembly build "simd" runs on one thread, found threads ${threads}; several need a worker and a host with SharedArrayBuffer (in browsers: cross-origin isolation, by the headers COOP and COEP).`,
  );
}
