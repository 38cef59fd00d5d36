/** onnxruntime-web on its WebAssembly provider in Node: the SIMD and threads module that its package ships. */
import { importRival, openSessions } from "./onnxruntime.ts";
import type { StartPeer } from "./peer.ts";

export const startOnnxruntimeWeb: StartPeer = async ({ threads }) => {
  const rival = await importRival("onnxruntime-web");
  rival.ort.env.wasm.numThreads = threads;
  return openSessions(rival, { executionProviders: ["wasm"] });
};
