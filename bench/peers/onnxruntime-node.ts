/** onnxruntime-node on its CPU provider, with its default graph optimisation and its default spinning. */
import { importRival, openSessions } from "./onnxruntime.ts";
import type { StartPeer } from "./peer.ts";

export const startOnnxruntimeNode: StartPeer = async ({ threads }) =>
  openSessions(await importRival("onnxruntime-node"), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
