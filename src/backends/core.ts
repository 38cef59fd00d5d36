/**
 * What the shared C++ core offers to TypeScript, whether it came as the N-API addon or as WebAssembly. One typing
 * of `native/engine.h` for both; a test holds both implementations to it.
 */
import type { Plan } from "../plan/plan.ts";
import type { DetectionCore } from "./detection.ts";
import type { DeviceTensor, RunInput } from "./device-tensor.ts";

/** Fixed-order samples as the DICOM/PNG reader hands them over. i32 for files whose stored bits exceed 16. */
export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array;

/** The value-of-interest transformation of one picture (DICOM PS3.3 C.11.2), as far as the reference conversion uses it. */
export type Voi =
  | { readonly kind: "none" }
  | {
      readonly kind: "window";
      /** UNKNOWN: a VOI LUT Function outside the standard; the reference then takes its fallback. */
      readonly function: "LINEAR" | "LINEAR_EXACT" | "SIGMOID" | "UNKNOWN";
      readonly center: number;
      readonly width: number;
      /** Present only when the file has both RescaleSlope and RescaleIntercept. */
      readonly rescale: { readonly slope: number; readonly intercept: number } | null;
    }
  | { readonly kind: "lut"; readonly first: number; readonly bits: number; readonly entries: Uint16Array };

export interface DisplayRequest {
  readonly samples: Samples;
  readonly height: number;
  readonly width: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly monochrome1: boolean;
  readonly voi: Voi;
}

/** 8-bit grey, row-major, height * width. */
export interface GrayImage {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** What a network is shown: the picture resized, minus mean, divided by std, zeros to the right and below. */
export interface ImageInput {
  /** Of the resized picture. */
  readonly height: number;
  readonly width: number;
  /** Of the tensor; at least height and width. */
  readonly paddedHeight: number;
  readonly paddedWidth: number;
  /** Per output channel, three. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** How stored samples became grey: by the VOI transformation, by the reference's fallback, or not at all. */
export type CoreConversion = "voi" | "fallback" | "none";

/** One tensor per input. Who needs them no longer may say so; nobody reads or writes them after release(). */
export interface InputTensors {
  readonly tensors: readonly (Float32Array | DeviceTensor)[];
  readonly conversion: CoreConversion;
  /** Gives the memory to later pictures. Idempotent; without it the garbage collector takes the tensors. */
  release(): void;
  /**
   * Instead of release() where a run has failed or was given up: others may still be under way. Frees what lies on a device,
   * of which the garbage collector knows nothing. Idempotent.
   */
  abandon(): void;
}

/** native/image/. Every function checks sizes and rejects with SpineXRError; inputs are never modified. */
export interface ImageCore {
  /** conversion "fallback": the reference's histogram-equalised fallback was taken. */
  display(request: DisplayRequest): Promise<GrayImage & { readonly conversion: "voi" | "fallback" }>;
  resize(image: GrayImage, height: number, width: number): Promise<GrayImage>;
  /**
   * Tensors f32 [3, paddedHeight, paddedWidth] of all inputs (1 to 64) from one reading of the picture: bit for bit what
   * display, resize and normalisation in float32 give. A GrayImage is shown as it is (conversion "none").
   */
  inputs(picture: DisplayRequest | GrayImage, inputs: readonly ImageInput[]): Promise<InputTensors>;
}

/** Bytes of one port, row-major in the CORE's type of that port (i64 as i32, bool as u8). */
export type PortData = Float32Array | Int32Array | Uint8Array;

export interface CoreRunResult {
  /** One per plan output, owned by the caller, already cut to the run-time count where the port has one. */
  readonly outputs: PortData[];
  /** Milliseconds per step when `profile` was asked for. */
  readonly stepMs?: Float32Array;
  /** When the run's turn came, on the clock of performance.now(), when `profile` was asked for. */
  readonly start?: number;
}

/** A prepared plan. Calls queue: a second run starts when the first ended; where runs go side by side, of this plan. */
export interface CoreSession {
  /** Native bytes that it alone holds. */
  readonly bytes: number;
  /** Kinds of steps that run on the core beside a device. */
  readonly hostSteps: readonly string[];
  /** Inputs in the order of plan.inputs, exact sizes; tensors of this core's device, or arrays. Leaves the event loop free. The signal works between steps. */
  run(
    inputs: readonly RunInput[],
    options?: { signal?: AbortSignal; profile?: boolean },
  ): Promise<CoreRunResult>;
  /** Idempotent; waits for a run in progress. */
  dispose(): Promise<void>;
}

/** What the plans of one network share: its constants, packed for the core once. */
export interface CoreWeights {
  /** Native bytes that its sessions hold together. */
  bytes(): Promise<number>;
  /** Idempotent. Sessions keep what they use. */
  dispose(): Promise<void>;
}

export interface CoreInfo {
  /** "native", "cuda" or which of the three wasm builds. */
  readonly build: "native" | "cuda" | "webgpu" | "wasm-simd" | "wasm-simd-threads" | "wasm-relaxed-threads";
  /** Kernel set in use: "avx512", "wasm_relaxed", "reference", ... */
  readonly isa: string;
  readonly threads: number;
}

/** One engine instance: a thread pool, a kernel set. */
export interface Core {
  readonly info: CoreInfo;
  readonly image: ImageCore;
  readonly detection: DetectionCore;
  /** Runs of different sessions go side by side. */
  readonly sideBySide: boolean;
  createWeights(): Promise<CoreWeights>;
  /** weights: from createWeights, shared with other plans of the same network. */
  createSession(plan: Plan, weights?: CoreWeights): Promise<CoreSession>;
  /** Disposes its sessions and weights too. Idempotent. */
  dispose(): Promise<void>;
}
