/** The interfaces behind which backends live. A new backend is a folder, a name in names.ts and a line in registry.ts. */
import type { PlanOptions, Precision } from "../plan/lower.ts";
import type { Plan } from "../plan/plan.ts";
import type { Step } from "../plan/steps.ts";
import type { CoreRunResult, CoreWeights, ImageCore } from "./core.ts";
import type { DetectionCore } from "./detection.ts";
import type { RunInput } from "./device-tensor.ts";
import type { BackendName, WasmBuildChoice, WasmSource } from "./names.ts";

export interface Probe {
  readonly available: boolean;
  /** Why not, as one sentence; "" when available. */
  readonly reason: string;
  /** "AMD EPYC ..., 2 threads", "WebAssembly in Node 20.20". */
  readonly device: string;
  /** Kernel set that would be used: "avx512", "wasm_relaxed"; "" when unavailable. */
  readonly isa: string;
  /** A processor stands in for the GPU. */
  readonly software?: boolean;
}

export interface BackendOptions {
  /** Including the caller; default: the processors this process may use. */
  readonly threads: number | "auto";
  /** A kernel set by name (SPINEXR_FORCE_ISA); undefined = the best. Unknown or unavailable: BACKEND_UNAVAILABLE. */
  readonly isa?: string;
  /** wasm only: which build; "auto" takes the best that this host can run. */
  readonly wasmBuild?: WasmBuildChoice;
  /** wasm only: the module to use. Default: the one of this package that fits. */
  readonly wasm?: WasmSource;
  /** wasm only: false runs the core on the thread that calls, with the build "simd". Default true. */
  readonly worker?: boolean;
  /** One of the backend's `precisions`. Default "fp32". */
  readonly precision?: Precision;
  /** cuda only: which GPU, from 0 on. Default 0. */
  readonly device?: number;
  /** cuda only: float32 products may round their factors to 10 bits of fraction. Default false. */
  readonly allowTf32?: boolean;
  /** cuda only: nothing that gives other bits from run to run or from load to load; the others never do. Default false. */
  readonly deterministic?: boolean;
}

/** What plans for a backend have to be like. */
export type PlanTraits = Pick<PlanOptions, "splitBatch" | "chooseConv" | "precision">;

/** In what products are computed. Sums are float32 in all. */
export type Arithmetic = "fp32" | "fp32 with TF32" | "fp16";

export interface Backend {
  readonly name: BackendName;
  readonly precisions: readonly Precision[];
  /** Whether plans choose the algorithms of convolutions: measurements (src/tune) and the caller may then say which. */
  readonly tunable: boolean;
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
  readonly precisions: readonly Precision[];
  readonly arithmetic: Arithmetic;
  readonly plans: PlanTraits;
  /** Runs of different executors go side by side; otherwise they queue. */
  readonly sideBySide: boolean;
  /** What it would rather have used, with the reason why not: "wasm-relaxed-threads". */
  readonly rejected?: readonly { readonly name: string; readonly reason: string }[];
  /** Pixel operations: those of the shared core; where networks run on a GPU, their inputs are made there. */
  readonly image: ImageCore;
  /** Box operations: always the shared core. */
  readonly detection: DetectionCore;
  /** For the plans of one network: those prepared with it share memory for equal constants. */
  createWeights(): Promise<CoreWeights>;
  prepare(plan: Plan, weights?: CoreWeights): Promise<Executor>;
  dispose(): Promise<void>;
}

export interface OpenedBackend {
  readonly instance: BackendInstance;
  /** What "auto" tried and why it was refused, and what the backend would rather have used. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}

export interface Executor {
  supports(step: Step): boolean;
  /** Kinds of steps that ran on the shared core instead of the device; []: all ran where the backend says. */
  readonly hostSteps: readonly string[];
  /** Native bytes that it alone holds. */
  readonly bytes: number;
  run(
    inputs: readonly RunInput[],
    options?: { signal?: AbortSignal; profile?: boolean },
  ): Promise<CoreRunResult>;
  dispose(): Promise<void>;
}
