/** onnxruntime-node on its CPU provider, with its default graph optimisation and its default spinning. */
import { importRival, sessionPeer } from "./onnxruntime.ts";
import type { OpenPeer } from "./peer.ts";

export const openOnnxruntimeNode: OpenPeer = async (model, { threads }) => {
  const { ort, version } = await importRival("onnxruntime-node");
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  return sessionPeer(ort, session, `onnxruntime-node ${version}`);
};
