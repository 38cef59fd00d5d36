/** Many files at once, in threads. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import { spawnWorker, type WorkerHandle } from "../platform/workers.ts";
import type { PhantomKey } from "./plan.ts";
import type { PhantomOrder } from "./worker.ts";

export interface ProduceOptions {
  /** Threads. Default 2. */
  readonly threads?: number;
  /** Files in lossless JPEG-LS. Default false. */
  readonly compress?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Makes the file of every key and hands it to `take`, in any order; a thread goes on when `take` has settled, so no more
 * files than threads wait. The first failure ends all threads.
 * @throws SpineXRError ABORTED, INTERNAL when a thread dies, and whatever `take` throws
 */
export async function producePhantoms(
  keys: Iterable<PhantomKey>,
  take: (key: PhantomKey, file: Uint8Array) => Promise<void>,
  { threads = 2, compress = false, signal }: ProduceOptions = {},
): Promise<void> {
  throwIfAborted(signal);
  const rest = keys[Symbol.iterator]();
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const run = async (): Promise<void> => {
    let thread: Thread | null = null;
    try {
      for (let next = rest.next(); !next.done; next = rest.next()) {
        throwIfAborted(both);
        thread ??= new Thread();
        await take(next.value, await thread.make({ key: next.value, compress }, both));
      }
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      await thread?.end();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: threads }, run));
  throwIfAborted(signal);
  const failures = results.filter((result) => result.status === "rejected");
  // The others were only told to stop.
  const cause = failures.find(({ reason }) => !(reason instanceof SpineXRError && reason.code === "ABORTED"));
  if (failures.length > 0) throw (cause ?? failures[0]).reason;
}

class Thread {
  readonly #handle: WorkerHandle;
  #settle: { resolve(file: Uint8Array): void; reject(error: unknown): void } | null = null;

  constructor() {
    this.#handle = spawnWorker("phantom/worker", null, {
      message: (message) => this.#settle?.resolve(message as Uint8Array),
      gone: (cause) =>
        this.#settle?.reject(
          new SpineXRError("INTERNAL", `A thread that makes phantoms ended: ${cause.message}.`, { cause }),
        ),
    });
  }

  async make(order: PhantomOrder, signal: AbortSignal): Promise<Uint8Array> {
    this.#handle.setReferenced(true);
    const cancelled = (): void =>
      this.#settle?.reject(new SpineXRError("ABORTED", "The operation was cancelled by its AbortSignal."));
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
        signal.addEventListener("abort", cancelled);
        this.#handle.post(order);
      });
    } finally {
      this.#settle = null;
      signal.removeEventListener("abort", cancelled);
      this.#handle.setReferenced(false);
    }
  }

  end(): Promise<void> {
    return this.#handle.terminate();
  }
}
