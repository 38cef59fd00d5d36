/** What is compared. */
import type { Job, PeerSpec } from "../peers/peer.ts";

export type Measure =
  /** Milliseconds of one run. */
  | "time"
  /** Milliseconds from a file to the first result, in a fresh process. */
  | "load"
  /** Peak memory of a fresh process that runs once, less that of one which holds only the inputs; MB. */
  | "memory";

export interface Case {
  readonly name: string;
  /** Network and input, as a table's reader needs it. */
  readonly what: string;
  /** Cases with the same function take turns with each other. */
  readonly job: () => Promise<Job>;
  readonly measure: Measure;
  readonly ours: PeerSpec;
  readonly rival: PeerSpec;
  /** Its answers are what all others are held to. */
  readonly reference: PeerSpec;
  /** What rival / ours must reach on a quiet machine with 2 processors and AVX-512. */
  readonly target?: number;
  /** Pictures in a run, where there are several. */
  readonly images?: number;
}

/** What several cases have in common. */
export type Subject = Pick<Case, "what" | "job" | "images">;

export const cpu = (threads: number): PeerSpec => ({ kind: "ours", backend: "cpu", threads });
export const wasm = (wasmBuild: PeerSpec["wasmBuild"], threads: number): PeerSpec => ({
  kind: "ours",
  backend: "wasm",
  wasmBuild,
  threads,
});
export const ortNode = (threads: number): PeerSpec => ({ kind: "onnxruntime-node", threads });
export const ortWeb = (threads: number): PeerSpec => ({ kind: "onnxruntime-web", threads });
export const pytorch = (threads: number): PeerSpec => ({ kind: "pytorch", threads });

type Options = Partial<Pick<Case, "measure" | "target">>;

/** Against what runs ONNX files. */
export const againstOnnx = (
  name: string,
  subject: Subject,
  ours: PeerSpec,
  rival: PeerSpec,
  options: Options = {},
): Case => ({ measure: "time", ...subject, name, ours, rival, reference: ortNode(1), ...options });

/** Against PyTorch, where ONNX has no operators for what runs. */
export const againstPytorch = (
  name: string,
  subject: Subject,
  threads: number,
  options: Options = {},
): Case => ({
  measure: "time",
  ...subject,
  name,
  ours: cpu(threads),
  rival: pytorch(threads),
  reference: pytorch(threads),
  ...options,
});
