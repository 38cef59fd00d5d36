/** The backends of a browser, in the order in which "auto" tries them; the others say what they need. */
import { SpineXRError } from "../api/errors.ts";
import type { Backend } from "./backend.ts";
import { BACKEND_NAMES, type BackendName } from "./names.ts";
import { wasmBackend } from "./wasm/backend.ts";
import { webgpuBackend } from "./webgpu/web.ts";

const BY_NAME: Partial<Record<BackendName, Backend>> = {
  wasm: wasmBackend,
  webgpu: webgpuBackend,
};

function absent(name: BackendName): Backend {
  const reason = `The backend "${name}" runs in Node, not in browsers; use "auto", "wasm" or "webgpu".`;
  return {
    name,
    precisions: ["fp32", "fp16"],
    tunable: true,
    probe: async () => ({ available: false, reason, device: "", isa: "" }),
    open: async () => {
      throw new SpineXRError("BACKEND_UNAVAILABLE", reason);
    },
  };
}

/** What "auto" measures against what it found. */
export const CHALLENGER: Backend | null = webgpuBackend;

export const BACKENDS: readonly Backend[] = BACKEND_NAMES.map((name) => BY_NAME[name] ?? absent(name));
