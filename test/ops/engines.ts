/** Every kernel set of every build that runs here. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { BACKENDS } from "../../src/backends/registry.ts";
import { EMULATED, missingEmulation, openEmulated } from "../support/cuda-emulation.ts";

export interface Engine {
  /** "cpu avx2 x2": backend, kernel set, threads. */
  readonly label: string;
  readonly instance: BackendInstance;
}

const WASM_BUILDS = [
  { wasmBuild: "simd", threads: 1 },
  { wasmBuild: "simd-threads", threads: 2 },
  { wasmBuild: "relaxed-threads", threads: 1 },
  { wasmBuild: "relaxed-threads", threads: 2 },
] as const;

/** Opens all native kernel sets on one and two threads, all WebAssembly builds, an emulated GPU. What is absent is named. */
export async function openEngines(): Promise<Engine[]> {
  const wanted = [
    ...nativeSets().flatMap((isa) =>
      [1, 2].map((threads) => ({ backend: "cpu", options: { isa, threads } })),
    ),
    { backend: "cuda", options: { threads: 1 } },
    ...WASM_BUILDS.map((options) => ({ backend: "wasm", options })),
  ];
  const engines: Engine[] = [];
  for (const { backend, options } of wanted) {
    const { probe, open } = BACKENDS.find(({ name }) => name === backend)!;
    const { available, reason } = await probe(options);
    if (!available) {
      console.log(`\nNOTE ${backend} ${JSON.stringify(options)} is not tested here: ${reason}`);
      continue;
    }
    const instance = await open(options);
    const build = "wasmBuild" in options ? `${options.wasmBuild}: ` : "";
    engines.push({ label: `${backend} ${build}${instance.isa} x${instance.threads}`, instance });
  }
  const missing = missingEmulation();
  if (missing === null) engines.push({ label: EMULATED, instance: await openEmulated() });
  else console.log(`\nNOTE ${missing}`);
  return engines;
}

function nativeSets(): string[] {
  try {
    return loadAddon().isaList().split(" ");
  } catch (error) {
    console.log(`\nNOTE cpu is not tested here: ${(error as Error).message}`);
    return [];
  }
}

export async function closeEngines(engines: readonly Engine[]): Promise<void> {
  for (const { instance } of engines) await instance.dispose();
}
