/** The interfaces behind which backends live. A new backend is one folder plus one line in registry.ts. */
import type { Plan } from "../plan/plan.ts";
import type { Step } from "../plan/steps.ts";
import type { CoreRunResult, CoreWeights, ImageCore, PortData } from "./core.ts";
import type { DetectionCore } from "./detection.ts";

export type BackendName = "cpu" | "wasm";

export interface Probe {
  readonly available: boolean;
  /** Why not, as one sentence; "" when available. */
  readonly reason: string;
  /** "AMD EPYC ..., 2 threads", "WebAssembly in Node 20.20". */
  readonly device: string;
  /** Kernel set that would be used: "avx512", "wasm_relaxed"; "" when unavailable. */
  readonly isa: string;
}

export interface BackendOptions {
  /** Including the caller; default: the processors this process may use. */
  readonly threads: number | "auto";
  /** A kernel set by name (SPINEXR_FORCE_ISA); undefined = the best. Unknown or unavailable: BACKEND_UNAVAILABLE. */
  readonly isa?: string;
  /** wasm only: which build; "auto" takes the best that this host can run. */
  readonly wasmBuild?: "auto" | "simd" | "simd-threads" | "relaxed-threads";
}

export interface Backend {
  readonly name: BackendName;
  probe(options?: Partial<BackendOptions>): Promise<Probe>;
  /** Starts the backend: threads, device. Throws BACKEND_UNAVAILABLE with the reason. */
  open(options: BackendOptions): Promise<BackendInstance>;
}

/** A started backend. Several executors share it. */
export interface BackendInstance {
  readonly name: BackendName;
  readonly device: string;
  readonly isa: string;
  readonly threads: number;
  /** Pixel operations: always the shared core. */
  readonly image: ImageCore;
  /** Box operations: always the shared core. */
  readonly detection: DetectionCore;
  /** For the plans of one network: those prepared with it share memory for equal constants. */
  createWeights(): Promise<CoreWeights>;
  prepare(plan: Plan, weights?: CoreWeights): Promise<Executor>;
  dispose(): Promise<void>;
}

export interface Executor {
  supports(step: Step): boolean;
  /** Kinds of steps that ran on the shared core instead of the device; [] for cpu and wasm. */
  readonly hostSteps: readonly string[];
  /** Native bytes that it alone holds. */
  readonly bytes: number;
  run(
    inputs: readonly PortData[],
    options?: { signal?: AbortSignal; profile?: boolean },
  ): Promise<CoreRunResult>;
  dispose(): Promise<void>;
}
