/** Files of the page that are data: written by build.ts, read by page.ts. */

/** A file of float32, little endian, row-major. */
export interface WebTensor {
  readonly dims: readonly number[];
  /** Address relative to the page, as all here. */
  readonly file: string;
}

export interface WebCase {
  readonly name: string;
  /** As in bench/, so that results are beside each other. */
  readonly subject: string;
  /** Pictures in a run. */
  readonly images: number;
  /** Run one after another. */
  readonly networks: readonly WebNetwork[];
}

export interface WebNetwork {
  readonly onnx: string;
  readonly inputs: Readonly<Record<string, WebTensor>>;
}

/** site.json */
export interface SiteData {
  readonly cases: readonly WebCase[];
  /** onnxruntime-web's version; null: it was not installed when the page was made. */
  readonly onnxruntime: string | null;
}

/** Where build.ts puts the engines. */
export const OURS = "spinexr/web/index.js";
export const RIVAL = {
  wasm: "onnxruntime/ort.wasm.min.mjs",
  webgpu: "onnxruntime/ort.webgpu.min.mjs",
} as const;
export const RIVAL_FOLDER = "onnxruntime/";
