/**
 * What the addon (native/addon/) exports: engine.h with a promise where work leaves the JavaScript thread. It throws
 * and rejects with plain Errors that carry `code`. Typed arrays handed to a promise are read or written until it settles:
 * the caller keeps them and never transfers their buffers meanwhile.
 */
import type { CudaAddon, TensorHandle } from "../cuda/addon.ts";

export type EngineHandle = { readonly engine: unique symbol };
export type WeightsHandle = { readonly weights: unique symbol };
export type SessionHandle = { readonly session: unique symbol };

/** [kind, function, center, width, hasRescale, slope, intercept, lutFirst, lutBits, lut], as spx_voi. */
export type AddonVoi = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  Uint16Array | null,
];

/** [height, width, paddedHeight, paddedWidth, mean, std, tensor], as spx_image_input; tensor null: made on the GPU. */
export type AddonImageInput = readonly [
  number,
  number,
  number,
  number,
  Float32Array,
  Float32Array,
  Float32Array | null,
];

/** A run of a plan's constants: bytes, or where they lie in an open file. */
export type AddonPart =
  | { readonly offset: number; readonly bytes: Uint8Array }
  | {
      readonly offset: number;
      readonly length: number;
      readonly descriptor: number;
      readonly position: number;
    };

export interface Addon extends CudaAddon {
  abiVersion(): number;
  /** Space-separated kernel sets that this processor runs, best first. */
  isaList(): string;
  cpuCount(): number;

  engineCreate(threads: number, isa: string): EngineHandle;
  engineDestroy(engine: EngineHandle): void;
  engineIsa(engine: EngineHandle): string;
  engineThreads(engine: EngineHandle): number;

  /** For sessions of that engine. */
  weightsCreate(engine: EngineHandle): WeightsHandle;
  weightsDestroy(weights: WeightsHandle): void;
  weightsBytes(weights: WeightsHandle): number;

  /**
   * Copies plan and bytes before it returns; what lies in files is read before the promise settles. Parts ascend and lie inside constantBytes. Resolves to null when the weights
   * lack a constant that the plan leaves out.
   */
  sessionCreate(
    engine: EngineHandle,
    weights: WeightsHandle | null,
    plan: Uint8Array,
    constantBytes: number,
    parts: readonly AddonPart[],
  ): Promise<SessionHandle | null>;
  sessionDestroy(session: SessionHandle): void;
  sessionInputCount(session: SessionHandle): number;
  sessionOutputCount(session: SessionHandle): number;
  sessionStepCount(session: SessionHandle): number;
  /** Capacity of a port in bytes. */
  sessionInput(session: SessionHandle, index: number): number;
  sessionOutput(session: SessionHandle, index: number): number;
  /** Copies the inputs before it returns (tensors lie on the session's GPU); writes outputs, counts and stepMs. */
  sessionRun(
    session: SessionHandle,
    inputs: readonly (ArrayBufferView | TensorHandle)[],
    outputs: readonly ArrayBufferView[],
    counts: Int32Array,
    abort: Int32Array | null,
    stepMs: Float32Array | null,
  ): Promise<void>;
  sessionBytes(session: SessionHandle): number;

  /** Resolves to the conversion: 0 VOI, 1 fallback. */
  imageDisplay(
    pixels: ArrayBufferView,
    sampleType: number,
    height: number,
    width: number,
    bitsStored: number,
    signed: number,
    monochrome1: number,
    voi: AddonVoi,
    display: Uint8Array,
  ): Promise<number>;
  /**
   * Resolves to the conversion, 2 where `voi` is null: the samples are grey levels as they are. On a GPU's engine to that
   * and a tensor for each input.
   */
  imageInputs(
    engine: EngineHandle,
    pixels: ArrayBufferView,
    sampleType: number,
    height: number,
    width: number,
    bitsStored: number,
    signed: number,
    monochrome1: number,
    voi: AddonVoi | null,
    inputs: readonly AddonImageInput[],
  ): Promise<number | readonly [number, ...TensorHandle[]]>;
  imageResize(
    engine: EngineHandle,
    source: Uint8Array,
    height: number,
    width: number,
    target: Uint8Array,
    targetHeight: number,
    targetWidth: number,
  ): Promise<void>;

  /** Arrays are used in place until the promise settles; outputs are the arrays that the C function writes. */
  boxesIou(a: Float32Array, n: number, b: Float32Array, m: number, iou: Float32Array): Promise<void>;
  boxesAnchors(
    sizes: Float64Array,
    sizeCount: number,
    ratios: Float64Array,
    ratioCount: number,
    stride: number,
    offset: number,
    height: number,
    width: number,
    anchors: Float32Array,
  ): Promise<void>;
  boxesDecode(
    boxes: Float32Array,
    deltas: Float32Array,
    n: number,
    groups: number,
    weights: Float32Array,
    scaleClamp: number,
    decoded: Float32Array,
  ): Promise<void>;
  boxesEncode(
    boxes: Float32Array,
    targets: Float32Array,
    n: number,
    weights: Float32Array,
    deltas: Float32Array,
  ): Promise<void>;
  boxesClip(
    boxes: Float32Array,
    n: number,
    height: number,
    width: number,
    minSide: number,
    clipped: Float32Array,
    kept: Int32Array,
    count: Int32Array,
  ): Promise<void>;
  boxesTopK(
    scores: Float32Array,
    n: number,
    k: number,
    scoreThreshold: number,
    kept: Int32Array,
    count: Int32Array,
  ): Promise<void>;
  boxesNms(
    boxes: Float32Array,
    scores: Float32Array,
    classes: Int32Array | null,
    n: number,
    iouThreshold: number,
    scoreThreshold: number,
    maxSelected: number,
    kept: Int32Array,
    count: Int32Array,
  ): Promise<void>;
  boxesSoftNms(
    boxes: Float32Array,
    scores: Float32Array,
    classes: Int32Array | null,
    n: number,
    gaussian: number,
    iouThreshold: number,
    sigma: number,
    scoreThreshold: number,
    kept: Int32Array,
    keptScores: Float32Array,
    count: Int32Array,
  ): Promise<void>;
  boxesAssignLevels(
    boxes: Float32Array,
    n: number,
    lowest: number,
    highest: number,
    canonicalSize: number,
    canonicalLevel: number,
    levels: Int32Array,
  ): Promise<void>;
  boxesRoiAlign(
    features: Float32Array,
    sides: Int32Array,
    scales: Float32Array,
    levelCount: number,
    channels: number,
    boxes: Float32Array,
    levels: Int32Array | null,
    n: number,
    outHeight: number,
    outWidth: number,
    samplingRatio: number,
    aligned: number,
    pooled: Float32Array,
  ): Promise<void>;
}
