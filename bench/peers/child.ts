/** The process of one peer: opens it, runs it when asked, waits without work otherwise. */
import { readFileSync } from "node:fs";
import { burst } from "../../src/benchmark/burst.ts";
import { readInputs } from "./inputs.ts";
import type { Answer, Request } from "./messages.ts";
import { type Inputs, type Job, type OpenPeer, type Peer, type StartPeer, Unavailable } from "./peer.ts";

/** Imported when asked for: no peer's process holds another's code. */
const PEERS: Readonly<Record<string, () => Promise<StartPeer>>> = {
  ours: async () => (await import("./ours.ts")).startOurs,
  "onnxruntime-node": async () => (await import("./onnxruntime-node.ts")).startOnnxruntimeNode,
  "onnxruntime-web": async () => (await import("./onnxruntime-web.ts")).startOnnxruntimeWeb,
  bare: async () => async () => async () => ({ about: "nothing", run: async () => ({}) }),
};

let job: Job;
let inputs: Inputs;
let open: OpenPeer;
let peer: Peer;

async function answer(request: Request): Promise<Answer> {
  switch (request.do) {
    case "start":
      open = await (await PEERS[request.spec.kind]!())(request.spec);
      return { did: "start" };
    case "prepare":
      job = request.job;
      inputs = job.kind === "networks" ? job.networks.map((network) => readInputs(network.inputs)) : [];
      return { did: "prepare" };
    case "open": {
      const start = performance.now();
      peer = await open(job, inputs);
      await peer.run();
      return { did: "open", about: peer.about, ms: performance.now() - start };
    }
    case "infer":
      return { did: "infer", outputs: await peer.run() };
    case "burst":
      return { did: "burst", ms: await burst(() => peer.run(), request) };
    case "memory":
      return { did: "memory", bytes: peakBytes() };
  }
}

/** Of this program alone: getrusage() would count what the process was before it became this program. */
function peakBytes(): number {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
  } catch (cause) {
    throw new Unavailable("Peak memory is read from /proc/self/status, which this system does not have.", {
      cause,
    });
  }
}

process.on("message", async (request: Request) => {
  const reply: Answer = await answer(request).catch((error: Error & { code?: string }) => ({
    did: "fail",
    message: error.message,
    unavailable: error instanceof Unavailable || error.code === "BACKEND_UNAVAILABLE",
  }));
  process.send!(reply);
});
process.on("disconnect", () => process.exit());
