/**
 * What the addon (native/addon/) exports: engine.h with a promise where work leaves the JavaScript thread. It throws
 * and rejects with plain Errors that carry `code`. Typed arrays handed to a promise are read or written until it settles:
 * the caller keeps them and never transfers their buffers meanwhile.
 */
export type EngineHandle = { readonly engine: unique symbol };
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

export interface Addon {
  abiVersion(): number;
  /** Space-separated kernel sets that this processor runs, best first. */
  isaList(): string;
  cpuCount(): number;

  engineCreate(threads: number, isa: string): EngineHandle;
  engineDestroy(engine: EngineHandle): void;
  engineIsa(engine: EngineHandle): string;
  engineThreads(engine: EngineHandle): number;

  /** Copies plan and parts before it returns. Parts ascend and lie inside constantBytes. */
  sessionCreate(
    engine: EngineHandle,
    plan: Uint8Array,
    constantBytes: number,
    parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
  ): Promise<SessionHandle>;
  sessionDestroy(session: SessionHandle): void;
  sessionInputCount(session: SessionHandle): number;
  sessionOutputCount(session: SessionHandle): number;
  sessionStepCount(session: SessionHandle): number;
  /** Capacity of a port in bytes. */
  sessionInput(session: SessionHandle, index: number): number;
  sessionOutput(session: SessionHandle, index: number): number;
  /** Copies the inputs before it returns; writes outputs, counts and stepMs. */
  sessionRun(
    session: SessionHandle,
    inputs: readonly ArrayBufferView[],
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
  imageResize(
    source: Uint8Array,
    height: number,
    width: number,
    target: Uint8Array,
    targetHeight: number,
    targetWidth: number,
  ): Promise<void>;
  imageNormalize(
    gray: Uint8Array,
    height: number,
    width: number,
    mean: Float32Array,
    std: Float32Array,
    target: Float32Array,
    paddedHeight: number,
    paddedWidth: number,
  ): Promise<void>;
}
