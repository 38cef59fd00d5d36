/** All backends, in the order in which "auto" tries them. A new backend is a folder, a name in names.ts and a line here. */
import type { Backend } from "./backend.ts";
import { cudaBackend } from "./cuda/backend.ts";
import { BACKEND_NAMES, type BackendName } from "./names.ts";
import { cpuBackend } from "./native/backend.ts";
import { wasmBackend } from "./wasm/backend.ts";
import { webgpuBackend } from "./webgpu/node.ts";

const BY_NAME: Readonly<Record<BackendName, Backend>> = {
  cuda: cudaBackend,
  cpu: cpuBackend,
  wasm: wasmBackend,
  webgpu: webgpuBackend,
};

/** What "auto" measures against what it found; null: in Node a GPU is taken by its name only. */
export const CHALLENGER: Backend | null = null;

export const BACKENDS: readonly Backend[] = BACKEND_NAMES.map((name) => BY_NAME[name]);
