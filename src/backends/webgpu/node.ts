/** WebGPU in Node: the optional package "webgpu" (Dawn), beside the addon's core or, where that is absent, WebAssembly's. */
import { SpineXRError } from "../../api/errors.ts";
import { runtimeName } from "../../platform/environment.ts";
import type { BackendOptions } from "../backend.ts";
import type { CoreDriver } from "../driver.ts";
import { loadAddon } from "../native/binding.ts";
import { nativeDriver } from "../native/driver.ts";
import { openWasmHost } from "../wasm/backend.ts";
import { makeWebgpuBackend } from "./backend.ts";
import type { OpenedGpu } from "./device.ts";

let opened: Promise<OpenedGpu> | null = null;

/** Dawn's instance lives as long as the process: devices do not survive it. */
function openGpu(): Promise<OpenedGpu> {
  opened ??= openDawn();
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

async function openDawn(): Promise<OpenedGpu> {
  let dawn: { create(options: readonly string[]): GPU };
  try {
    dawn = (await import("webgpu")) as unknown as typeof dawn;
  } catch (cause) {
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      'The backend "webgpu" does not run here: in Node it needs the package "webgpu"; install it with "npm install webgpu".',
      { cause },
    );
  }
  return { gpu: dawn.create([]), runtime: `Dawn in ${runtimeName()}` };
}

async function openHost(options: BackendOptions): Promise<CoreDriver> {
  try {
    const addon = loadAddon();
    const { threads } = options;
    return nativeDriver(addon, threads === "auto" ? addon.cpuCount() : threads, "");
  } catch (error) {
    if (!(error instanceof SpineXRError) || error.code !== "BACKEND_UNAVAILABLE") throw error;
    return openWasmHost(options);
  }
}

export const webgpuBackend = makeWebgpuBackend({ openGpu, openHost });
