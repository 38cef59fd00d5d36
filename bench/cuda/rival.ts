/** rival.py as a process: one request at a time. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Outputs } from "../peers/peer.ts";
import type { RivalJob } from "./job.ts";

export interface Peaks {
  readonly bytesPerSecond: number;
  /** By precision. */
  readonly flopsPerSecond: Readonly<Record<string, number>>;
}

export interface Times {
  /** Of each run, between two events of the device. */
  readonly deviceMs: readonly number[];
  /** Of each run, until its outputs are there. */
  readonly wallMs: readonly number[];
}

type Reply = { readonly did: string; readonly message?: string } & Readonly<Record<string, unknown>>;

export class Rival {
  readonly about: Readonly<Record<string, string>>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answer: () => Promise<Reply>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    answer: () => Promise<Reply>,
    about: Readonly<Record<string, string>>,
  ) {
    this.#child = child;
    this.#answer = answer;
    this.about = about;
  }

  /** @throws Error where Python or PyTorch are missing, with their words */
  static async start(python: string, script: string, device: "cuda" | "cpu"): Promise<Rival> {
    const child = spawn(python, ["-B", script, "--device", device], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => {}); // a process that ended is reported by its last line
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const started = new Promise<never>((_, reject) => child.once("error", reject));
    const answer = async (): Promise<Reply> => {
      const line = await Promise.race([lines.next(), started]);
      if (line.done) throw new Error(`${python} ${script} ended without an answer.`);
      const reply = JSON.parse(line.value) as Reply;
      if (reply.did === "fail") throw new Error(`PyTorch: ${reply.message}`);
      return reply;
    };
    child.stdin.write(`${JSON.stringify({ do: "start" })}\n`);
    const { about } = await answer();
    return new Rival(child, answer, about as Record<string, string>);
  }

  async #ask(request: Readonly<Record<string, unknown>>): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async peaks(): Promise<Peaks> {
    return (await this.#ask({ do: "peaks" })) as unknown as Peaks;
  }

  /** @returns how it runs: "eager, CUDA graph", "torch.compile, CUDA graph" */
  async load(name: string, job: RivalJob): Promise<string> {
    return (await this.#ask({ do: "load", case: name, job })).how as string;
  }

  async infer(name: string, input: number): Promise<Outputs> {
    const { outputs } = await this.#ask({ do: "infer", case: name, input });
    const entries = Object.entries(outputs as Record<string, number[]>);
    return Object.fromEntries(entries.map(([output, values]) => [output, Float32Array.from(values)]));
  }

  async time(name: string, runs: number): Promise<Times> {
    return (await this.#ask({ do: "time", case: name, runs })) as unknown as Times;
  }

  async unload(name: string): Promise<void> {
    await this.#ask({ do: "unload", case: name });
  }

  close(): void {
    this.#child.stdin.end(`${JSON.stringify({ do: "quit" })}\n`);
  }
}
