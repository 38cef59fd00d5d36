/**
 * spinexr/detection: what every detector needs around its network, on typed arrays. IoU, anchors, box deltas, clipping,
 * top-k, suppression, pyramid levels and RoIAlign, computed by the C++ core in the addon or in WebAssembly with the same
 * bits.
 */

import { checkOptions, isOneOf } from "../api/options.ts";
import type { DetectionCore } from "../backends/detection.ts";
import { CORE_BACKENDS, WASM_BUILDS, type WasmBuildChoice } from "../backends/names.ts";
import { openBackend } from "../backends/select.ts";

export { type ErrorCode, SpineXRError } from "../api/errors.ts";
export type {
  AnchorsRequest,
  BoxWeights,
  ClipRequest,
  DecodeRequest,
  DetectionCore,
  EncodeRequest,
  FeatureLevel,
  GreedyNmsRequest,
  LevelsRequest,
  NmsRequest,
  RoiAlignRequest,
  SoftNmsRequest,
  TopKRequest,
} from "../backends/detection.ts";

export interface DetectionOptions {
  /** Default "auto": the addon where it can be loaded, else WebAssembly. */
  readonly backend?: "auto" | (typeof CORE_BACKENDS)[number];
  /** wasm only: which build. Default "auto". */
  readonly wasmBuild?: WasmBuildChoice;
}

export interface Detection extends DetectionCore {
  /** What was opened: "cpu" or "wasm". */
  readonly backend: string;
  /** Waits for calls under way; later ones are refused with DISPOSED. Idempotent. */
  dispose(): Promise<void>;
}

/**
 * Opens the box operations. They run beside the JavaScript thread, one call at a time in the order of the calls.
 * @throws SpineXRError BACKEND_UNAVAILABLE, INVALID_ARGUMENT, OUT_OF_MEMORY
 */
export async function openDetection(options: DetectionOptions = {}): Promise<Detection> {
  checkOptions("openDetection", options, {
    backend: isOneOf(["auto", ...CORE_BACKENDS]),
    wasmBuild: isOneOf(WASM_BUILDS),
  });
  const { backend = "auto", wasmBuild } = options;
  const { instance } = await openBackend({ backend, threads: 1, wasmBuild, among: CORE_BACKENDS });
  return { ...instance.detection, backend: instance.name, dispose: () => instance.dispose() };
}
