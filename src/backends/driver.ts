/**
 * What one build of the core (addon, WebAssembly) has to do by itself. Everything that both do alike (checks, queueing,
 * cancelling, disposal) is in driven-core.ts, which calls a driver correctly: one engine call at a time (one of each session
 * where it says sideBySide), checked sizes, nothing after destroy() or close().
 */
import type { Plan } from "../plan/plan.ts";
import type { CoreInfo, PortData, Samples, Voi } from "./core.ts";
import type { DeviceTensor, RunInput } from "./device-tensor.ts";

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
  /** Native bytes that it alone holds. */
  readonly bytes: number;
  /** Non-zero in its first element ends the run in progress between two steps. null: runs cannot be stopped. */
  readonly abortFlag: Int32Array | null;
  /** Kinds of steps that run on the core beside a device; absent: none. */
  readonly hostSteps?: readonly string[];
  /** Has taken what it needs from `inputs` when it returns (not when it resolves). Tensors are those of the driver's device. */
  run(inputs: readonly RunInput[], outputs: readonly OutputSpec[], profile: boolean): Promise<DriverRun>;
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

/** How a network is shown a picture, without where the tensor goes. */
export interface ImageInputShape {
  readonly height: number;
  readonly width: number;
  readonly paddedHeight: number;
  readonly paddedWidth: number;
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

export interface ImageInputSpec extends ImageInputShape {
  /** Of 3 * paddedHeight * paddedWidth elements: the driver's until inputs() has ended, and lost if that fails. */
  readonly tensor: Float32Array;
}

export interface InputsCall<Input = ImageInputSpec> extends Omit<DisplayCall, "voi"> {
  /** null: the samples are 8-bit grey levels as they are. */
  readonly voi: Voi | null;
  readonly inputs: readonly Input[];
}

/** As run(), these have taken what they need when they return. */
export interface ImageDriver {
  display(call: DisplayCall): Promise<{ pixels: Uint8Array; conversion: number }>;
  resize(call: ResizeCall): Promise<Uint8Array>;
  /** Resolves to the same memory filled, where threads need it under new arrays. */
  inputs(call: InputsCall): Promise<{ tensors: Float32Array[]; conversion: number }>;
  /** Where there is a device, in place of inputs(): makes the tensors there. */
  deviceInputs?(call: InputsCall<ImageInputShape>): Promise<{ tensors: DeviceTensor[]; conversion: number }>;
}

/** Functions of native/detection/: spx_boxes_nms of engine.h is "nms". */
export type BoxFunction =
  | "iou"
  | "anchors"
  | "decode"
  | "encode"
  | "clip"
  | "topK"
  | "nms"
  | "softNms"
  | "assignLevels"
  | "roiAlign";

/** One argument of the C function, in its order: a number, an array to read, an array to make, or no array. */
export type BoxArgument = number | Float32Array | Float64Array | Int32Array | OutputSpec | null;

export interface BoxCall {
  readonly name: BoxFunction;
  /** Arrays belong to the driver and may be moved. Their lengths are what the C function expects. */
  readonly args: readonly BoxArgument[];
}

export interface DetectionDriver {
  /** The outputs, in the order of the arguments. */
  call(call: BoxCall): Promise<PortData[]>;
}

export const isOutput = (argument: BoxArgument): argument is OutputSpec =>
  typeof argument === "object" && argument !== null && "dtype" in argument;

/** spx_weights of engine.h. */
export interface DriverWeights {
  bytes(): Promise<number>;
  destroy(): Promise<void>;
}

/** A plan as it goes to the core: its binary form, and the constants that are in it. */
export interface EncodedPlan {
  readonly plan: Uint8Array;
  readonly constants: Plan["constants"];
  readonly constantBytes: number;
}

export interface CoreDriver {
  readonly info: CoreInfo;
  /** Runs of different sessions may be under way at the same time, and beside one other engine call. */
  readonly sideBySide: boolean;
  /** To whom the DeviceTensors belong that its sessions take; null: they take none. */
  readonly device: object | null;
  readonly image: ImageDriver;
  readonly detection: DetectionDriver;
  createWeights(): Promise<DriverWeights>;
  /** null: the plan leaves out a constant that `weights` (a result of createWeights, or null) cannot supply. */
  createSession(plan: EncodedPlan, weights: DriverWeights | null): Promise<DriverSession | null>;
  close(): Promise<void>;
}
