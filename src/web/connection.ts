/** The page's end: one worker for all models and networks, started when it is needed and again after its death. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { OnProgress } from "../api/progress.ts";
import { watchWorker } from "../platform/web/watch-worker.ts";
import type { WorkerHandle } from "../platform/workers.ts";
import type { TuningStore } from "../tune/store.ts";
import type { Answer, FreeCalls, HostStart, Method, Request } from "./messages.ts";

/** What stays in the page during a request. */
export interface Live {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly store?: TuningStore;
}

type MethodAnswer = Pick<Extract<Answer, { value: unknown }>, "value" | "state">;

interface Pending extends Live {
  resolve(answer: MethodAnswer): void;
  reject(error: Error): void;
}

let current: Connection | null = null;

/** The worker that new things go to. */
export function connection(): Connection {
  if (current?.dead !== false) current = new Connection();
  return current;
}

export class Connection {
  dead = false;
  readonly #worker: WorkerHandle;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #death: SpineXRError | null = null;

  constructor() {
    const start: HostStart = { timeOrigin: performance.timeOrigin };
    let begun = false;
    this.#worker = watchWorker(startWorker(), start, {
      begun: () => {
        begun = true;
      },
      message: (message) => this.#receive(message as Answer),
      gone: (error) => this.#end(begun ? lost(error) : notStarted(error)),
    });
  }

  async call<K extends keyof FreeCalls>(
    call: K,
    args: Parameters<FreeCalls[K]>,
    live: Live = {},
  ): Promise<ReturnType<FreeCalls[K]>> {
    const marks = { progress: live.onProgress !== undefined, store: live.store !== undefined };
    const { value } = await this.#request((id) => ({ id, call, args, marks }), live);
    return value as ReturnType<FreeCalls[K]>;
  }

  method(object: number, method: Method, args: readonly unknown[], live: Live = {}) {
    return this.#request((id) => ({ id, object, method, args }), live);
  }

  #request(make: (id: number) => Request, live: Live): Promise<MethodAnswer> {
    throwIfAborted(live.signal);
    if (this.#death !== null) throw this.#death;
    const id = ++this.#count;
    const abort = (): void => this.#worker.post({ id, abort: true } satisfies Request);
    const answer = new Promise<MethodAnswer>((resolve, reject) => {
      this.#pending.set(id, { ...live, resolve, reject });
      try {
        this.#worker.post(make(id));
      } catch (cause) {
        this.#pending.delete(id);
        const problem = `Something among the arguments cannot go to the worker (${(cause as Error).message}); leave it out or use "worker: false".`;
        reject(new SpineXRError("INVALID_ARGUMENT", problem, { cause }));
      }
    });
    live.signal?.addEventListener("abort", abort);
    return answer.finally(() => live.signal?.removeEventListener("abort", abort));
  }

  #receive(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if ("progress" in answer) pending.onProgress?.(answer.progress);
    else if ("ask" in answer) void this.#ask(answer, pending.store);
    else {
      this.#pending.delete(answer.id);
      if ("value" in answer) {
        pending.resolve(answer);
        return;
      }
      const { code, message } = answer.failure;
      const cause = code === "ABORTED" ? pending.signal?.reason : undefined;
      pending.reject(new SpineXRError(code, message, cause === undefined ? undefined : { cause }));
    }
  }

  async #ask({ id, ask, name, text }: Extract<Answer, { ask: unknown }>, store: TuningStore | undefined) {
    let answer: Pick<Extract<Request, { ask: unknown }>, "text" | "problem">;
    try {
      const found = text === null ? await store?.read(name) : await store?.write(name, text);
      answer = { text: found ?? null, problem: null };
    } catch (error) {
      answer = { text: null, problem: error instanceof Error ? error.message : String(error) };
    }
    if (!this.dead) this.#worker.post({ id, ask, ...answer } satisfies Request);
  }

  #end(death: SpineXRError): void {
    this.dead = true;
    this.#death = death;
    for (const { reject } of this.#pending.values()) reject(death);
    this.#pending.clear();
  }
}

function startWorker(): Worker {
  try {
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch (cause) {
    throw notStarted(cause as Error);
  }
}

const notStarted = (cause: Error): SpineXRError =>
  new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The worker with spinexr's engine does not start (${cause.message}); serve all of dist/web from the page's own address and allow it ` +
      `(Content-Security-Policy "worker-src 'self'"), or use "worker: false".`,
    { cause },
  );

const lost = (cause: Error): SpineXRError =>
  new SpineXRError(
    "INTERNAL",
    `The worker with spinexr's engine ended (${cause.message}), and what was in it is gone; call again. Networks made of bytes have to be loaded again.`,
    { cause },
  );
