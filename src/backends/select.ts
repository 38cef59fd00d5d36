/** From what the user asked for to a started backend. */
import { SpineXRError } from "../api/errors.ts";
import { variable } from "../platform/environment.ts";
import type { Backend, BackendInstance, BackendOptions, OpenedBackend } from "./backend.ts";
import { challenge } from "./challenge.ts";
import { AUTO_BACKENDS, BACKEND_NAMES, type BackendChoiceName, type BackendName } from "./names.ts";
import { BACKENDS, CHALLENGER } from "./registry.ts";

export interface BackendSelection extends Omit<BackendOptions, "isa"> {
  readonly backend: BackendChoiceName;
  /** Measurements or the caller will choose the algorithms of convolutions. */
  readonly tuned?: boolean;
  /** What "auto" may take. Default: AUTO_BACKENDS. */
  readonly among?: readonly BackendName[];
}

/**
 * Opens a backend. "auto" takes the first of registry.ts that can do what was asked and opens, unless what challenges it there
 * was measured to be faster; a name never falls back. The
 * kernel set of SPINEXR_FORCE_ISA applies to all.
 * @throws SpineXRError BACKEND_UNAVAILABLE, INVALID_ARGUMENT, OUT_OF_MEMORY, DEVICE_LOST
 */
export async function openBackend(selection: BackendSelection): Promise<OpenedBackend> {
  const { backend: choice, tuned: _, among = AUTO_BACKENDS, ...wanted } = selection;
  checkThreads(selection.threads);
  const options: BackendOptions = { ...wanted, isa: variable("SPINEXR_FORCE_ISA") };
  if (choice !== "auto") {
    const backend = BACKENDS.find(({ name }) => name === choice);
    if (backend === undefined)
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `There is no backend "${choice}"; expected auto, ${BACKEND_NAMES.join(", ")}.`,
      );
    const misfit = foreignOption(choice, selection) ?? lacks(backend, selection);
    if (misfit !== null) throw new SpineXRError("INVALID_ARGUMENT", misfit);
    return opened(await backend.open(options), []);
  }
  const rejected: { name: string; reason: string }[] = [];
  for (const backend of BACKENDS) {
    if (!among.includes(backend.name)) continue;
    const lack = lacks(backend, selection);
    if (lack !== null) {
      rejected.push({ name: backend.name, reason: lack });
      continue;
    }
    try {
      const found = opened(await backend.open(options), rejected);
      if (CHALLENGER === null || selection.among !== undefined) return found;
      return await challenge(found, CHALLENGER, lacks(CHALLENGER, selection), options);
    } catch (error) {
      if (!(error instanceof SpineXRError) || !GO_ON.includes(error.code)) throw error;
      rejected.push({ name: backend.name, reason: error.message });
    }
  }
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `No backend runs here. ${rejected.map(({ name, reason }) => `${name}: ${reason}`).join(" ")}`,
  );
}

const opened = (instance: BackendInstance, before: OpenedBackend["rejected"]): OpenedBackend => ({
  instance,
  rejected: [...before, ...(instance.rejected ?? [])],
});

/** What lets "auto" try the next. */
const GO_ON: readonly string[] = ["BACKEND_UNAVAILABLE", "DEVICE_LOST"];

/** An option that goes with the backend cuda alone, given with another. */
function foreignOption(choice: BackendName, { device, allowTf32 }: BackendSelection): string | null {
  if (choice === "cuda") return null;
  const option = device !== undefined ? "device" : allowTf32 === true ? "allowTf32" : null;
  if (option === null) return null;
  return `The option "${option}" goes with the backend "cuda", found "${choice}"; leave one of them out.`;
}

/** Why the backend cannot do what was asked, and what to do. */
function lacks(
  { name, precisions, tunable }: Backend,
  { precision = "fp32", tuned = false }: BackendSelection,
): string | null {
  if (!precisions.includes(precision))
    return `The backend "${name}" computes in ${precisions.join(" and ")}, not in ${precision}; leave "precision" out, or use the backend "cuda".`;
  if (tuned && !tunable)
    return `The backend "${name}" finds the fastest algorithms by itself when a network is loaded; leave out "tune" and "algorithms", or use the backend "cpu" or "wasm".`;
  return null;
}

function checkThreads(threads: number | "auto"): void {
  if (threads === "auto" || (Number.isInteger(threads) && threads >= 1 && threads <= 256)) return;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `Option "threads": expected "auto" or an integer from 1 to 256, found ${threads}.`,
  );
}
