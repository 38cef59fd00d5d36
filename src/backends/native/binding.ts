/** Finds and loads the addon: an explicit path, the platform's package, the build of a checkout. */
import { SpineXRError } from "../../api/errors.ts";
import { platformName, variable } from "../../platform/environment.ts";
import { loadAddonFile, packagePath } from "../../platform/package-files.ts";
import type { Addon } from "./addon.ts";

/** SPX_ABI_VERSION of the engine.h that addon.ts was written for. */
export const ABI_VERSION = 5;

let loaded: Addon | SpineXRError | null = null;

/**
 * The addon. Tried once; later calls get the same addon or the same error.
 * SPINEXR_NATIVE names a file and then nothing else is tried.
 * @throws SpineXRError BACKEND_UNAVAILABLE with every attempt and what to do
 */
export function loadAddon(): Addon {
  loaded ??= findAddon();
  if (loaded instanceof SpineXRError) throw loaded;
  return loaded;
}

function findAddon(): Addon | SpineXRError {
  const explicit = variable("SPINEXR_NATIVE");
  const candidates =
    explicit === undefined
      ? [`@spinexr/${platformName()}`, packagePath("build/Release/spinexr.node")]
      : [explicit];
  const attempts: string[] = [];
  for (const candidate of candidates) {
    try {
      const addon = loadAddonFile(candidate) as Addon;
      const version = addon.abiVersion();
      if (version === ABI_VERSION) return addon;
      attempts.push(`${candidate}: expected interface version ${ABI_VERSION}, found ${version}`);
    } catch (error) {
      attempts.push(`${candidate}: ${firstLine(error)}`);
    }
  }
  const advice =
    explicit === undefined
      ? `Build it with "npm run build:native" (CMake or node-gyp and a C++20 compiler), or use the backend "wasm".`
      : "Correct or unset SPINEXR_NATIVE.";
  return new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `No native addon for ${platformName()} could be loaded (${attempts.join("; ")}). ${advice}`,
  );
}

function firstLine(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" ? "not found" : String(message ?? error).split("\n")[0];
}
