/** What backends and their choices are called: the one list, for options, command line and selection. */
import type { Precision } from "../plan/lower.ts";

export const BACKEND_NAMES = ["cuda", "cpu", "wasm", "webgpu"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** What "auto" tries, in this order. A browser's GPU is taken where it was measured to be faster (webgpu/probe.ts). */
export const AUTO_BACKENDS = ["cuda", "cpu", "wasm"] as const satisfies readonly BackendName[];

/** Those that are the shared core and nothing else. */
export const CORE_BACKENDS = ["cpu", "wasm"] as const satisfies readonly BackendName[];

export const BACKEND_CHOICES = ["auto", ...BACKEND_NAMES] as const;
export type BackendChoiceName = (typeof BACKEND_CHOICES)[number];

export const WASM_BUILDS = ["auto", "simd", "simd-threads", "relaxed-threads"] as const;
export type WasmBuildChoice = (typeof WASM_BUILDS)[number];

/** Where the core's module is: one of them, or for `url` ending in "/" a folder with all three. */
export type WasmSource =
  | { readonly url: string | URL }
  | { readonly module: WebAssembly.Module }
  | { readonly bytes: Uint8Array | ArrayBuffer };

/** In what tensors are kept; sums are float32 in both. */
export const PRECISIONS = ["fp32", "fp16"] as const satisfies readonly Precision[];
