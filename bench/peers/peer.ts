/** What every peer offers. One file per peer; child.ts lists those of Node, channel.ts the others. */
export interface PeerSpec {
  /** "bare" does nothing: what its process takes is no engine's. */
  readonly kind: "ours" | "onnxruntime-node" | "onnxruntime-web" | "pytorch" | "bare";
  readonly threads: number;
  /** ours only */
  readonly backend?: "cpu" | "wasm";
  /** ours on wasm only */
  readonly wasmBuild?: "simd" | "simd-threads" | "relaxed-threads";
  /** ours only: a kernel set instead of the best. */
  readonly isa?: string;
  /** ours only: folder of another checkout whose sources and builds run. */
  readonly root?: string;
}

/** Equal for equal peers. */
export const keyOf = (spec: PeerSpec): string => JSON.stringify(spec);

/** Numbers in a file: float32, little endian, row-major. */
export interface TensorFile {
  readonly dims: readonly number[];
  readonly file: string;
}

/** Peers take the form of the network that they read: ONNX, or the checkpoint that it was converted from. */
export interface NetworkJob {
  readonly onnx: string;
  /** null: there is only ONNX. */
  readonly checkpoint: Checkpoint | null;
  readonly inputs: Readonly<Record<string, TensorFile>>;
}

export interface Checkpoint {
  readonly architecture: string;
  readonly file: string;
}

/** Networks, one after another, or a picture's file to a report. Plain data: it goes to other processes. */
export type Job =
  | { readonly kind: "networks"; readonly networks: readonly NetworkJob[] }
  | {
      readonly kind: "screen";
      readonly folder: string;
      readonly checkpoints: readonly Checkpoint[];
      readonly picture: string;
    };

export interface InputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** By name, for each network of a job. */
export type Inputs = readonly Readonly<Record<string, InputTensor>>[];

/** Numbers by name; those of several networks are joined by outputName(). */
export type Outputs = Record<string, Float32Array>;

export interface Peer {
  /** Name, version, kernel set: what really runs. */
  readonly about: string;
  /** One inference from Float32Arrays in to Float32Arrays out, or one picture: what is timed. */
  run(): Promise<Outputs>;
}

export type OpenPeer = (job: Job, inputs: Inputs) => Promise<Peer>;

/** Loads the engine's code. A peer that cannot exist here throws Unavailable, then or when it opens. */
export type StartPeer = (spec: PeerSpec) => Promise<OpenPeer>;

/** This machine or installation lacks what the peer needs; the message says what. */
export class Unavailable extends Error {}

export const outputName = (networks: number, index: number, name: string): string =>
  networks === 1 ? name : `${index}.${name}`;
