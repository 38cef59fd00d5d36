/** The options that choose a backend and how it computes, shared by loadNetwork and loadModel. */
import {
  BACKEND_CHOICES,
  type BackendChoiceName,
  PRECISIONS,
  WASM_BUILDS,
  type WasmBuildChoice,
  type WasmSource,
} from "../backends/names.ts";
import type { BackendSelection } from "../backends/select.ts";
import type { Precision } from "../plan/lower.ts";
import { type Check, either, isBoolean, isInteger, isOneOf } from "./options.ts";
import { TUNING_CHECKS, type TuningChoice } from "./tuning.ts";

/** Choice of backend and of who chooses its algorithms. */
export interface BackendChoice extends TuningChoice {
  /**
   * "auto" takes the first that runs here and can do what the other options ask for, and says what it rejected; a name never
   * falls back. Default "auto".
   */
  readonly backend?: BackendChoiceName;
  /** Threads including the caller; "auto" (default): the processors that this process may use. With cuda: of what runs beside the GPU. */
  readonly threads?: number | "auto";
  /** wasm only: which of the builds. Default "auto": the fastest that this host runs. */
  readonly wasmBuild?: WasmBuildChoice;
  /** wasm only: where the module is, for pages that serve it from elsewhere. Default: dist/wasm/ of this package. */
  readonly wasm?: WasmSource;
  /**
   * false does all work on the thread that calls: with wasm one thread, the build "simd" and no stop within a network. In
   * browsers the default, true, keeps the page fluent: everything lives in a worker of its own.
   */
  readonly worker?: boolean;
  /**
   * "fp16" keeps maps and weights of networks as half floats and sums in float32; boxes, scores and logits stay float32. Faster
   * on tensor cores; cuda only. Default "fp32".
   */
  readonly precision?: Precision;
  /** cuda only: which GPU, from 0 on in the driver's order (CUDA_VISIBLE_DEVICES). Default 0. */
  readonly device?: number;
  /** cuda only: float32 products may go to tensor cores, which round their factors to 10 bits of fraction. Default false. */
  readonly allowTf32?: boolean;
}

/** The highest number of a GPU that may be asked for; the backend says which there are. */
const MOST_DEVICE = 255;

const isWasmSource: Check = (value) => {
  const { url, module, bytes } = (value ?? {}) as Record<string, unknown>;
  const fits =
    typeof url === "string" ||
    url instanceof URL ||
    module instanceof WebAssembly.Module ||
    bytes instanceof Uint8Array ||
    bytes instanceof ArrayBuffer;
  return fits ? null : "{ url }, { module: WebAssembly.Module } or { bytes }";
};

export const BACKEND_CHECKS = {
  backend: isOneOf(BACKEND_CHOICES),
  threads: either(isOneOf(["auto"]), isInteger(1, 256)),
  wasmBuild: isOneOf(WASM_BUILDS),
  wasm: isWasmSource,
  worker: isBoolean,
  precision: isOneOf(PRECISIONS),
  device: isInteger(0, MOST_DEVICE),
  allowTf32: isBoolean,
  ...TUNING_CHECKS,
} as const;

/** `tuned`: measurements or the caller choose algorithms. */
export function selectionOf(options: BackendChoice, tuned: boolean): BackendSelection {
  const { backend = "auto", threads = "auto", wasmBuild = "auto" } = options;
  const { wasm, worker, precision, device, allowTf32, deterministic } = options;
  return { backend, threads, wasmBuild, wasm, worker, precision, device, allowTf32, deterministic, tuned };
}
