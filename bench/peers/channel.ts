/** The ways to a peer's process: Node's own channel, or lines of JSON on the standard streams. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Request } from "./messages.ts";
import type { PeerSpec } from "./peer.ts";

export interface Channel {
  readonly child: ChildProcess;
  /** The answer to the one request under way comes to `onAnswer`, should the process live so long. */
  send(request: Request, onAnswer: (answer: Answer) => void): void;
  close(): void;
}

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const PYTORCH = fileURLToPath(new URL("pytorch/peer.py", import.meta.url));
/** Debian's, which has its packages; another one that has PyTorch may be named. */
const PYTHON = process.env.SPINEXR_BENCH_PYTHON ?? "/usr/bin/python3";

export const openChannel = ({ kind }: PeerSpec): Channel => (kind === "pytorch" ? python() : node());

/** The process inherits this one's flags of Node, among them those for WebAssembly. */
function node(): Channel {
  const child = fork(CHILD, { serialization: "advanced" });
  return {
    child,
    send(request, onAnswer) {
      child.once("message", onAnswer);
      child.send(request);
    },
    close: () => child.connected && child.disconnect(),
  };
}

function python(): Channel {
  const child = spawn(PYTHON, ["-B", PYTORCH], { stdio: ["pipe", "pipe", "inherit"] });
  let waiting: ((answer: Answer) => void) | null = null;
  // a process that ended is reported by its exit
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) =>
    waiting?.(withArrays(JSON.parse(line) as Answer)),
  );
  return {
    child,
    send(request, onAnswer) {
      waiting = onAnswer;
      child.stdin.write(`${JSON.stringify(request)}\n`);
    },
    close: () => child.stdin.end(),
  };
}

function withArrays(answer: Answer): Answer {
  if (answer.did !== "infer") return answer;
  const outputs = Object.entries(answer.outputs).map(([name, values]) => [name, Float32Array.from(values)]);
  return { did: "infer", outputs: Object.fromEntries(outputs) };
}
