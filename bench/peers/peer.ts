/** What every peer offers. One file per peer; child.ts lists them. */
export interface PeerSpec {
  readonly kind: "ours" | "onnxruntime-node" | "onnxruntime-web";
  readonly threads: number;
  /** ours only */
  readonly backend?: "cpu" | "wasm";
  /** ours on wasm only */
  readonly wasmBuild?: "simd" | "simd-threads" | "relaxed-threads";
}

export interface InputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Float outputs by name. */
export type Outputs = Record<string, Float32Array>;

export interface Peer {
  /** Name, version, kernel set: what really runs. */
  readonly about: string;
  /** One inference from a Float32Array in to Float32Arrays out: what is timed. */
  run(input: InputTensor): Promise<Outputs>;
}

/** @param model path of an ONNX file with one float32 input */
export type OpenPeer = (model: string, spec: PeerSpec) => Promise<Peer>;
