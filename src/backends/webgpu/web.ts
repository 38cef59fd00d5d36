/** WebGPU in browsers and their workers, beside the core as WebAssembly. */
import { SpineXRError } from "../../api/errors.ts";
import { processorCount, runtimeName } from "../../platform/environment.ts";
import type { CoreDriver } from "../driver.ts";
import { chooseBuild } from "../wasm/builds.ts";
import { wasmDriver } from "../wasm/driver.ts";
import { makeWebgpuBackend } from "./backend.ts";
import type { OpenedGpu } from "./device.ts";

export async function openWasmHost(threads: number | "auto"): Promise<CoreDriver> {
  const build = chooseBuild("auto");
  const most = build === "simd" ? 1 : threads === "auto" ? processorCount() : threads;
  return wasmDriver({ build, threads: most, isa: "" });
}

async function openGpu(): Promise<OpenedGpu> {
  const { gpu } = globalThis.navigator ?? {};
  if (gpu === undefined)
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      'The backend "webgpu" does not run here: this browser has no WebGPU, or the page is not served over HTTPS.',
    );
  return { gpu, runtime: `WebGPU in ${runtimeName()}` };
}

export const webgpuBackend = makeWebgpuBackend({ openGpu, openHost: openWasmHost });
