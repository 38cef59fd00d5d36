/** From what the user asked for to a started backend. */
import { SpineXRError } from "../api/errors.ts";
import { variable } from "../platform/environment.ts";
import type { BackendInstance, BackendName, BackendOptions } from "./backend.ts";
import { BACKENDS } from "./registry.ts";

export interface BackendSelection {
  readonly backend: "auto" | BackendName;
  readonly threads: number | "auto";
  readonly wasmBuild?: BackendOptions["wasmBuild"];
}

export interface OpenedBackend {
  readonly instance: BackendInstance;
  /** What "auto" tried before and why it was refused; [] for a backend by name. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Opens a backend. "auto" takes the first of registry.ts that opens; a name never falls back. The kernel set of
 * SPINEXR_FORCE_ISA applies to all.
 * @throws SpineXRError BACKEND_UNAVAILABLE, INVALID_ARGUMENT, OUT_OF_MEMORY
 */
export async function openBackend(selection: BackendSelection): Promise<OpenedBackend> {
  const options: BackendOptions = {
    threads: checkThreads(selection.threads),
    isa: variable("SPINEXR_FORCE_ISA"),
    wasmBuild: selection.wasmBuild ?? "auto",
  };
  if (selection.backend !== "auto") {
    const backend = BACKENDS.find(({ name }) => name === selection.backend);
    if (backend === undefined)
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `There is no backend "${selection.backend}"; expected auto, ${BACKENDS.map((b) => b.name).join(", ")}.`,
      );
    return { instance: await backend.open(options), rejected: [] };
  }
  const rejected: { name: string; reason: string }[] = [];
  for (const backend of BACKENDS) {
    try {
      return { instance: await backend.open(options), rejected };
    } catch (error) {
      if (!(error instanceof SpineXRError) || error.code !== "BACKEND_UNAVAILABLE") throw error;
      rejected.push({ name: backend.name, reason: error.message });
    }
  }
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `No backend runs here. ${rejected.map(({ name, reason }) => `${name}: ${reason}`).join(" ")}`,
  );
}

function checkThreads(threads: number | "auto"): number | "auto" {
  if (threads === "auto" || (Number.isInteger(threads) && threads >= 1 && threads <= 256)) return threads;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `Option "threads": expected "auto" or an integer from 1 to 256, found ${threads}.`,
  );
}
