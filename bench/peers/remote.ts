/** A peer in a process of its own, so that no two peers share threads, heaps or settings. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Request } from "./messages.ts";
import type { InputTensor, Outputs, PeerSpec } from "./peer.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));

export class RemotePeer {
  readonly spec: PeerSpec;
  #about = "";
  readonly #child: ChildProcess;

  /** The process inherits this one's flags of Node, among them those for WebAssembly. */
  private constructor(spec: PeerSpec) {
    this.spec = spec;
    this.#child = fork(CHILD, { serialization: "advanced" });
  }

  static async open(model: string, spec: PeerSpec): Promise<RemotePeer> {
    const peer = new RemotePeer(spec);
    try {
      peer.#about = (await peer.#ask({ do: "open", model, spec }, "open")).about;
    } catch (error) {
      peer.close();
      throw error;
    }
    return peer;
  }

  /** Name, version, kernel set. */
  get about(): string {
    return this.#about;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Runs once and keeps the input for the bursts. */
  async infer(input: InputTensor): Promise<Outputs> {
    return (await this.#ask({ do: "infer", input }, "infer")).outputs;
  }

  /** @returns milliseconds of each timed run */
  async burst(warmUp: number, runs: number): Promise<readonly number[]> {
    return (await this.#ask({ do: "burst", warmUp, runs }, "burst")).ms;
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #ask<D extends Answer["did"]>(request: Request, did: D): Promise<Extract<Answer, { did: D }>> {
    return new Promise((resolve, reject) => {
      const fail = (message: string) => reject(new Error(`${this.#name()}: ${message}`));
      const onExit = (code: number | null, signal: string | null) => {
        this.#child.off("message", onMessage);
        fail(`its process ended with ${signal ?? `code ${code}`}.`);
      };
      const onMessage = (answer: Answer) => {
        this.#child.off("exit", onExit);
        if (answer.did === did) resolve(answer as Extract<Answer, { did: D }>);
        else fail(answer.did === "fail" ? answer.message : `expected "${did}", found "${answer.did}".`);
      };
      this.#child.once("message", onMessage);
      this.#child.once("exit", onExit);
      this.#child.send(request, (error) => {
        if (error !== null) fail(error.message);
      });
    });
  }

  #name(): string {
    const { kind, backend, wasmBuild, threads } = this.spec;
    return [kind, backend, wasmBuild, `${threads}T`].filter((part) => part !== undefined).join(" ");
  }
}
