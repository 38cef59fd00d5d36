/** Finds libspinexr_cuda: an explicit path, the platform's package, the build of a checkout. */
import { SpineXRError } from "../../api/errors.ts";
import { platformName, variable } from "../../platform/environment.ts";
import { existingFile, packageMain, packagePath } from "../../platform/package-files.ts";

const BUILT = "build/Release/libspinexr_cuda.so";

/**
 * The library's path. SPINEXR_CUDA names a file and then nothing else is tried.
 * @throws SpineXRError BACKEND_UNAVAILABLE where there is no such file, with where it was sought and what to do
 */
export function findCudaLibrary(): string {
  const explicit = variable("SPINEXR_CUDA");
  if (explicit !== undefined) {
    const path = existingFile(explicit);
    if (path !== null) return path;
    throw new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `SPINEXR_CUDA names ${explicit}, which is no file; correct or unset it.`,
    );
  }
  const name = `@spinexr/${platformName()}-cuda`;
  const found = packageMain(name) ?? existingFile(packagePath(BUILT));
  if (found !== null) return found;
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The CUDA library is not installed: the package ${name}, or ${BUILT} by "node scripts/build-cuda.mjs --require".`,
  );
}
