/** Every way in which this machine can run a plan: each native kernel set, each wasm build, 1 and 2 threads, a GPU, an emulated one. */
import type { BackendInstance, BackendOptions } from "../../src/backends/backend.ts";
import type { BackendName } from "../../src/backends/names.ts";
import { BACKENDS } from "../../src/backends/registry.ts";
import { EMULATED, missingEmulation, openEmulated } from "./cuda-emulation.ts";

export interface BackendCase {
  readonly label: string;
  readonly backend: BackendName;
  readonly options: BackendOptions;
}

const CASES: readonly BackendCase[] = [
  ...["reference", "avx2", "avx512", "neon"].map(
    (isa): BackendCase => ({ label: `cpu ${isa}`, backend: "cpu", options: { threads: 2, isa } }),
  ),
  { label: "cuda", backend: "cuda", options: { threads: 2 } },
  { label: "wasm simd", backend: "wasm", options: { threads: 1, wasmBuild: "simd" } },
  { label: "wasm simd-threads 1T", backend: "wasm", options: { threads: 1, wasmBuild: "simd-threads" } },
  { label: "wasm simd-threads 2T", backend: "wasm", options: { threads: 2, wasmBuild: "simd-threads" } },
  { label: "wasm relaxed 1T", backend: "wasm", options: { threads: 1, wasmBuild: "relaxed-threads" } },
  { label: "wasm relaxed 2T", backend: "wasm", options: { threads: 2, wasmBuild: "relaxed-threads" } },
];

/**
 * The cases that run here. Kernel sets of other processors and what is not built are left out; nothing else may be, but the
 * emulated GPU where it would take hours.
 */
export async function backendCases({ emulated = true } = {}): Promise<BackendCase[]> {
  const found: BackendCase[] = [];
  for (const entry of CASES) {
    const backend = BACKENDS.find(({ name }) => name === entry.backend);
    const probe = await backend?.probe(entry.options);
    if (probe?.available) found.push(entry);
  }
  if (!emulated) return found;
  const missing = missingEmulation();
  if (missing === null) found.push({ label: EMULATED, backend: "cuda", options: { threads: 2 } });
  else console.log(`\nNOTE ${missing}`);
  return found;
}

export async function withBackend<T>(
  entry: BackendCase,
  work: (instance: BackendInstance) => Promise<T>,
): Promise<T> {
  const backend = BACKENDS.find(({ name }) => name === entry.backend) as (typeof BACKENDS)[number];
  const instance = await (entry.label === EMULATED ? openEmulated() : backend.open(entry.options));
  try {
    return await work(instance);
  } finally {
    await instance.dispose();
  }
}
