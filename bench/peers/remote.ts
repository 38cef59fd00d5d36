/** A peer in a process of its own, so that no two peers share threads, heaps or settings. */
import { type Channel, openChannel } from "./channel.ts";
import type { Answer, Request } from "./messages.ts";
import { type Job, type Outputs, type PeerSpec, Unavailable } from "./peer.ts";

export class RemotePeer {
  readonly spec: PeerSpec;
  readonly #channel: Channel;

  private constructor(spec: PeerSpec) {
    this.spec = spec;
    this.#channel = openChannel(spec);
  }

  /**
   * The process with the engine's code and the inputs, but no network yet. `job` is called only where the engine is.
   * @throws Unavailable where this machine or installation lacks what the peer needs
   */
  static async start(spec: PeerSpec, job: () => Promise<Job>): Promise<RemotePeer> {
    const peer = new RemotePeer(spec);
    try {
      await peer.#ask({ do: "start", spec }, "start");
      await peer.#ask({ do: "prepare", job: await job() }, "prepare");
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#channel.child.pid!;
  }

  /**
   * Loads the networks and runs once.
   * @returns name, version, kernel set; and milliseconds of both
   */
  async open(): Promise<{ about: string; ms: number }> {
    return this.#ask({ do: "open" }, "open");
  }

  async infer(): Promise<Outputs> {
    return (await this.#ask({ do: "infer" }, "infer")).outputs;
  }

  /** @returns milliseconds of each timed run: as many as fit into `ms`, 1 to `runs` */
  async burst(warmUp: number, runs: number, ms: number): Promise<readonly number[]> {
    return (await this.#ask({ do: "burst", warmUp, runs, ms }, "burst")).ms;
  }

  /** The most bytes that the process ever had in memory. */
  async peakBytes(): Promise<number> {
    return (await this.#ask({ do: "memory" }, "memory")).bytes;
  }

  close(): void {
    this.#channel.close();
  }

  #ask<D extends Answer["did"]>(request: Request, did: D): Promise<Extract<Answer, { did: D }>> {
    const { child } = this.#channel;
    return new Promise((resolve, reject) => {
      const fail = (reason: string, unavailable = false) => {
        const message = `${nameOf(this.spec)}: ${reason}`;
        reject(unavailable ? new Unavailable(message) : new Error(message));
      };
      const settled = () => {
        child.off("exit", onExit);
        child.off("error", onError);
      };
      const onExit = (code: number | null, signal: string | null) =>
        fail(`its process ended with ${signal ?? `code ${code}`}.`);
      const onError = (error: NodeJS.ErrnoException) =>
        fail(`its process cannot be used (${error.message}).`, error.code === "ENOENT");
      if (child.exitCode !== null || child.signalCode !== null) {
        onExit(child.exitCode, child.signalCode);
        return;
      }
      child.once("exit", onExit);
      child.once("error", onError);
      this.#channel.send(request, (answer) => {
        settled();
        if (answer.did === did) resolve(answer as Extract<Answer, { did: D }>);
        else if (answer.did === "fail") fail(answer.message, answer.unavailable);
        else fail(`expected "${did}", found "${answer.did}".`);
      });
    });
  }
}

/** "ours cpu avx2 1T" */
export function nameOf({ kind, backend, wasmBuild, isa, threads, root }: PeerSpec): string {
  const parts = [kind, backend, wasmBuild, isa, `${threads}T`, root === undefined ? undefined : "before"];
  return parts.filter((part) => part !== undefined).join(" ");
}
