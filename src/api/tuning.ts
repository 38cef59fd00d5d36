/** The options that say who chooses algorithms, from their checks to a tuner. */
import type { BackendInstance } from "../backends/backend.ts";
import { PLAN_VERSION } from "../plan/plan.ts";
import { CONV_ALGORITHMS } from "../plan/steps.ts";
import { cacheFolder, readCached, writeCached } from "../platform/cache-folder.ts";
import { processorName } from "../platform/environment.ts";
import { MOST_CACHE_BYTES } from "../tune/cache.ts";
import type { TuningReport } from "../tune/choices.ts";
import { measureOn } from "../tune/measure.ts";
import type { TuningStore } from "../tune/store.ts";
import { type TuneMode, Tuner } from "../tune/tuner.ts";
import { VERSION } from "../version.ts";
import { SpineXRError } from "./errors.ts";
import { type Check, either, isBoolean, isOneOf } from "./options.ts";
import type { OnProgress } from "./progress.ts";

/** Shared by loadNetwork and loadModel. */
export interface TuningChoice {
  /**
   * Who chooses the algorithms of convolutions. "off" or false (default): a cost model, which gives the same plan on every
   * machine. "cached": measurements that were kept on this machine, where there are any. "measure" or true: what was not
   * measured yet is measured when a plan is made (a few seconds for a network) and kept; "remeasure": all is. Answers may
   * then differ between machines in their last digits; equal choices give equal bits.
   */
  readonly tune?: boolean | "off" | TuneMode;
  /**
   * Where measurements are kept: a folder, or an object that does it. Default: SPINEXR_CACHE, or "spinexr" in the user's cache
   * folder. Nothing is written unless something was measured.
   */
  readonly tuningStore?: string | TuningStore;
  /** true: the choices must not depend on measurements; with `tune` that is refused. Default false. */
  readonly deterministic?: boolean;
}

const isStore: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  ["read", "write"].every((name) => typeof (value as Record<string, unknown>)[name] === "function")
    ? null
    : "an object with read(name) and write(name, text)";
const isFolder: Check = (value) => (typeof value === "string" && value !== "" ? null : "a folder");

export const TUNING_CHECKS = {
  tune: either(isBoolean, isOneOf(["off", "cached", "measure", "remeasure"])),
  tuningStore: either(isFolder, isStore),
  deterministic: isBoolean,
} as const;

/** Of one network: a function, or algorithms by layer. */
export const isAlgorithms: Check = (value) => {
  if (typeof value === "function") return null;
  const valid: readonly unknown[] = CONV_ALGORITHMS;
  const fits =
    typeof value === "object" && value !== null && Object.values(value).every((one) => valid.includes(one));
  return fits ? null : `a function, or an object of layers with one of ${CONV_ALGORITHMS.join(", ")} each`;
};

/** Of a package: that by network. */
export const isAlgorithmsByNetwork: Check = (value) => {
  const fits =
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => isAlgorithms(one) === null);
  return fits ? null : `an object of networks, each with ${isAlgorithms(null)}`;
};

/** null: "off". */
export function tuneMode(caller: string, { tune = "off", deterministic }: TuningChoice): TuneMode | null {
  const mode = tune === true ? "measure" : tune === false ? "off" : tune;
  if (mode === "off") return null;
  if (deterministic === true)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${caller}: "tune" lets measurements choose, which "deterministic" excludes; leave out one of them.`,
    );
  return mode;
}

/** null: the cost model chooses. */
export function openTuner(
  mode: TuneMode | null,
  instance: BackendInstance,
  store: TuningChoice["tuningStore"],
  onProgress: OnProgress | undefined,
): Tuner | null {
  if (mode === null) return null;
  const { name: backend, isa, threads, device } = instance;
  return new Tuner({
    mode,
    environment: {
      engine: `spinexr ${VERSION}`,
      plan: PLAN_VERSION,
      backend,
      isa,
      threads,
      device,
      processor: processorName(),
    },
    store: typeof store === "object" ? store : folderStore(store ?? cacheFolder()),
    measure: measureOn(instance),
    onProgress,
  });
}

const folderStore = (folder: string): TuningStore => ({
  read: (name) => readCached(folder, name, MOST_CACHE_BYTES),
  write: (name, text) => writeCached(folder, name, text),
});

/** Of several networks together. */
export function joinReports(reports: readonly TuningReport[]): TuningReport {
  return {
    mode: reports[0]?.mode ?? "off",
    tuned: reports.some(({ tuned }) => tuned),
    overridden: reports.some(({ overridden }) => overridden),
    warnings: [...new Set(reports.flatMap(({ warnings }) => warnings))],
  };
}
