/** Requests to one engine worker. A dead worker fails what is pending and everything later; nothing ever hangs. */
import { SpineXRError } from "../../api/errors.ts";
import type { SpawnWorker, WorkerHandle } from "../../platform/workers.ts";
import type { Answer, EngineReady, EngineStart, Failure, Kind, Protocol } from "./messages.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: SpineXRError): void;
}

/** What answers requests. */
export interface Channel {
  /** Resolves when the engine has started. */
  ready(): Promise<EngineReady>;
  /** `transfer`: buffers that move to the engine; the sender loses them. */
  request<K extends Kind>(
    kind: K,
    body: Protocol[K]["request"],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Protocol[K]["answer"]>;
  /** Takes the engine for dead and ends it. */
  fail(cause: Error): void;
  terminate(): Promise<void>;
}

export class WorkerChannel implements Channel {
  readonly #worker: WorkerHandle;
  readonly #pending = new Map<number, Pending>();
  readonly #onDeath: () => void;
  #nextId = 0;
  #dead: SpineXRError | null = null;

  /** onDeath: called once when the worker has failed for good. */
  constructor(spawn: SpawnWorker, start: EngineStart, onDeath: () => void) {
    this.#onDeath = onDeath;
    this.#worker = spawn("backends/wasm/worker", start, {
      message: (message) => this.#receive(message as Answer),
      gone: (error) => this.fail(error),
    });
  }

  ready(): Promise<EngineReady> {
    return this.#expect<EngineReady>();
  }

  request<K extends Kind>(
    kind: K,
    body: Protocol[K]["request"],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Protocol[K]["answer"]> {
    if (this.#dead !== null) return Promise.reject(reopen(this.#dead));
    const id = this.#nextId;
    const answer = this.#expect<Protocol[K]["answer"]>();
    this.#worker.post({ id, kind, body }, transfer);
    return answer;
  }

  fail(cause: Error): void {
    if (this.#dead !== null) return;
    this.#dead = asFailure(cause);
    void this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#dead);
    this.#pending.clear();
    this.#onDeath();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #expect<T>(): Promise<T> {
    const id = this.#nextId++;
    this.#worker.setReferenced(true);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #receive(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if ("failure" in answer && answer.failure.fatal) {
      this.fail(toError(answer.failure));
      return;
    }
    this.#pending.delete(answer.id);
    // Only work that somebody waits for keeps the process alive.
    if (this.#pending.size === 0) this.#worker.setReferenced(false);
    if ("failure" in answer) pending.reject(toError(answer.failure));
    else pending.resolve(answer.value);
  }
}

export const toError = ({ code, message }: Failure): SpineXRError => new SpineXRError(code, message);

export const asFailure = (cause: Error): SpineXRError => {
  if (cause instanceof SpineXRError) return cause;
  const code =
    (cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY" ? "OUT_OF_MEMORY" : "INTERNAL";
  return new SpineXRError(
    code,
    `The WebAssembly backend's worker ended unexpectedly (${cause.message}); open the backend again.`,
    { cause },
  );
};

export const reopen = (death: SpineXRError): SpineXRError =>
  new SpineXRError(
    death.code,
    `The WebAssembly backend is no longer running since this failure: ${death.message} Dispose it and open it again.`,
    { cause: death },
  );
