/** The process of one peer: opens it, runs it when asked, waits without work otherwise. */
import type { Answer, Request } from "./messages.ts";
import { openOnnxruntimeNode } from "./onnxruntime-node.ts";
import { openOnnxruntimeWeb } from "./onnxruntime-web.ts";
import { openOurs } from "./ours.ts";
import type { InputTensor, OpenPeer, Peer, PeerSpec } from "./peer.ts";

const PEERS: Readonly<Record<PeerSpec["kind"], OpenPeer>> = {
  ours: openOurs,
  "onnxruntime-node": openOnnxruntimeNode,
  "onnxruntime-web": openOnnxruntimeWeb,
};

let peer: Peer;
let input: InputTensor;

async function answer(request: Request): Promise<Answer> {
  switch (request.do) {
    case "open":
      peer = await PEERS[request.spec.kind](request.model, request.spec);
      return { did: "open", about: peer.about };
    case "infer":
      input = request.input;
      return { did: "infer", outputs: await peer.run(input) };
    case "burst": {
      for (let i = 0; i < request.warmUp; i++) await peer.run(input);
      const ms: number[] = [];
      for (let i = 0; i < request.runs; i++) {
        const start = performance.now();
        await peer.run(input);
        ms.push(performance.now() - start);
      }
      return { did: "burst", ms };
    }
  }
}

process.on("message", async (request: Request) => {
  const reply: Answer = await answer(request).catch((error: Error) => ({
    did: "fail",
    message: error.message,
  }));
  process.send!(reply);
});
process.on("disconnect", () => process.exit());
