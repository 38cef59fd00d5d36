/**
 * The CUDA library as it runs on the processor (scripts/build-cuda.mjs --emulate): the one that SPINEXR_CUDA_EMULATION names,
 * or that of this checkout.
 */
import type { BackendInstance, BackendOptions } from "../../src/backends/backend.ts";
import { cudaBackend } from "../../src/backends/cuda/backend.ts";
import { existingFile, packagePath } from "../../src/platform/package-files.ts";

export const EMULATED = "cuda (emulated)";

/** Why it is not tested here, or null. */
export const missingEmulation = (): string | null =>
  emulation() === null
    ? `${EMULATED} is not tested here: build it with "node scripts/build-cuda.mjs --emulate"`
    : null;

/** Its path; null where it is missing. */
export const emulation = (): string | null =>
  existingFile(process.env.SPINEXR_CUDA_EMULATION ?? packagePath("build/cuda-emulation/libspinexr_cuda.so"));

/** Does `work` while SPINEXR_CUDA names `library`. Calls must not overlap. */
export async function withLibrary<T>(library: string | undefined, work: () => Promise<T>): Promise<T> {
  const before = process.env.SPINEXR_CUDA;
  setLibrary(library);
  try {
    return await work();
  } finally {
    setLibrary(before);
  }
}

function setLibrary(path: string | undefined): void {
  if (path === undefined) delete process.env.SPINEXR_CUDA;
  else process.env.SPINEXR_CUDA = path;
}

/** Opens the backend cuda on it; throws where it is missing. */
export function openEmulated(options: Partial<BackendOptions> = {}): Promise<BackendInstance> {
  return withLibrary(emulation() ?? undefined, () => cudaBackend.open({ threads: 2, ...options }));
}
