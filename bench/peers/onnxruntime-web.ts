/** onnxruntime-web on its WebAssembly provider in Node: the SIMD and threads module that its package ships. */
import { importRival, sessionPeer } from "./onnxruntime.ts";
import type { OpenPeer } from "./peer.ts";

export const openOnnxruntimeWeb: OpenPeer = async (model, { threads }) => {
  const { ort, version } = await importRival("onnxruntime-web");
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  return sessionPeer(ort, session, `onnxruntime-web ${version}`);
};
