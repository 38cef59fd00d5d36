/**
 * What one build of the core (addon, WebAssembly) has to do by itself. Everything that both do alike (checks, queueing,
 * cancelling, disposal) is in driven-core.ts, which calls a driver correctly: one engine call at a time, checked
 * sizes, nothing after destroy() or close().
 */
import type { Plan } from "../plan/plan.ts";
import type { CoreInfo, PortData, Samples, Voi } from "./core.ts";

/** Type and capacity, in elements, of one output. */
export interface OutputSpec {
  readonly dtype: "f32" | "i32" | "u8";
  readonly length: number;
}

export interface DriverRun {
  /** Whole ports. */
  readonly outputs: PortData[];
  /** Per output: valid length of dims[0], or -1. */
  readonly counts: Int32Array;
  readonly stepMs: Float32Array | null;
}

export interface DriverSession {
  /** Native bytes held. */
  readonly bytes: number;
  /** Has taken what it needs from `inputs` when it returns (not when it resolves). */
  run(inputs: readonly PortData[], outputs: readonly OutputSpec[], profile: boolean): Promise<DriverRun>;
  destroy(): Promise<void>;
}

export interface DisplayCall {
  readonly samples: Samples;
  readonly sampleType: number;
  readonly height: number;
  readonly width: number;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly monochrome1: boolean;
  readonly voi: Voi;
}

export interface ResizeCall {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly targetHeight: number;
  readonly targetWidth: number;
}

export interface NormalizeCall {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly mean: Float32Array;
  readonly std: Float32Array;
  readonly paddedHeight: number;
  readonly paddedWidth: number;
}

/** As run(), these have taken what they need when they return. */
export interface ImageDriver {
  display(call: DisplayCall): Promise<{ pixels: Uint8Array; conversion: number }>;
  resize(call: ResizeCall): Promise<Uint8Array>;
  normalize(call: NormalizeCall): Promise<Float32Array>;
}

export interface CoreDriver {
  readonly info: CoreInfo;
  /** Non-zero in its first element ends the run in progress between two steps. null: runs cannot be stopped. */
  readonly abortFlag: Int32Array | null;
  readonly image: ImageDriver;
  createSession(
    plan: Uint8Array,
    constants: Plan["constants"],
    constantBytes: number,
  ): Promise<DriverSession>;
  close(): Promise<void>;
}
