/** What this host's WebAssembly can do, found by validating the smallest modules that need it. */

/** One function of one instruction sequence, `() -> ()`. */
const moduleOf = (...code: readonly number[]): Uint8Array<ArrayBuffer> => {
  const body = [0, ...code, 0x0b];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // type: () -> ()
    ...[0x03, 0x02, 0x01, 0x00], // function 0 of that type
    ...[0x0a, body.length + 2, 0x01, body.length, ...body],
  ]);
};

const V128_ZERO = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const DROP = 0x1a;

const SIMD = moduleOf(...V128_ZERO, DROP);
/** f32x4.relaxed_madd */
const RELAXED_SIMD = moduleOf(...V128_ZERO, ...V128_ZERO, ...V128_ZERO, 0xfd, 0x85, 0x02, DROP);
/** atomic.fence */
const ATOMICS = moduleOf(0xfe, 0x03, 0x00);

export interface WasmFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Atomics and SharedArrayBuffer, which browsers hide outside cross-origin isolation. */
  readonly threads: boolean;
}

export function wasmFeatures(): WasmFeatures {
  if (typeof WebAssembly === "undefined") return { simd: false, relaxedSimd: false, threads: false };
  return {
    simd: WebAssembly.validate(SIMD),
    relaxedSimd: WebAssembly.validate(RELAXED_SIMD),
    threads: typeof SharedArrayBuffer !== "undefined" && WebAssembly.validate(ATOMICS),
  };
}
