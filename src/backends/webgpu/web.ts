/** WebGPU in browsers and their workers, beside the core as WebAssembly. */
import { SpineXRError } from "../../api/errors.ts";
import { runtimeName } from "../../platform/environment.ts";
import { openWasmHost } from "../wasm/backend.ts";
import { makeWebgpuBackend } from "./backend.ts";
import type { OpenedGpu } from "./device.ts";

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
