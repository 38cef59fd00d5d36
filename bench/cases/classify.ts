/** DenseNet-121, batch 1: each way to run it here against the onnxruntime that a user would take instead. */
import type { PeerSpec } from "../peers/peer.ts";

export interface Case {
  readonly name: string;
  readonly ours: PeerSpec;
  readonly rival: PeerSpec;
}

/** NCHW of the reference's classifiers. */
export const CLASSIFY_DIMS: readonly number[] = [1, 3, 224, 224];

/** Multiply-accumulates of the convolutions and the last layer at these dims. */
export const DENSENET121_MACS = 2.833e9;

/** Its answers are what all others are held to. */
export const REFERENCE: PeerSpec = { kind: "onnxruntime-node", threads: 1 };

const cpu = (threads: number): Case => ({
  name: `classify/cpu/${threads}T`,
  ours: { kind: "ours", backend: "cpu", threads },
  rival: { kind: "onnxruntime-node", threads },
});

const wasm = (name: string, wasmBuild: PeerSpec["wasmBuild"], threads: number): Case => ({
  name: `classify/wasm-${name}/${threads}T`,
  ours: { kind: "ours", backend: "wasm", wasmBuild, threads },
  rival: { kind: "onnxruntime-web", threads },
});

/** "plain" on one thread is the module for pages without shared memory. */
export const CLASSIFY: readonly Case[] = [
  cpu(1),
  cpu(2),
  wasm("relaxed", "relaxed-threads", 1),
  wasm("relaxed", "relaxed-threads", 2),
  wasm("plain", "simd", 1),
  wasm("plain", "simd-threads", 2),
];
