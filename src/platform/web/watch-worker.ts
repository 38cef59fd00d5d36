/**
 * A worker whose end is noticed. Browsers tell nobody that a worker closed itself or was killed; the lock that
 * worker-scope.ts holds as long as it lives is then granted to us.
 */
import type { WorkerEvents, WorkerHandle } from "../workers.ts";

/** The first message into a worker. */
export interface WorkerStart {
  readonly data: unknown;
  /** The lock to hold; null where locks are not to be had (outside secure contexts). */
  readonly lock: string | null;
}

/** What worker-scope.ts says for itself, among the module's own messages. */
export type ScopeMessage =
  | { readonly spinexr: "alive" }
  | { readonly spinexr: "failed"; readonly reason: string }
  | { readonly spinexr: "message"; readonly message: unknown };

let count = 0;

export interface WatchEvents extends WorkerEvents {
  /** Its script was loaded and runs. */
  begun?(): void;
}

export function watchWorker(worker: Worker, data: unknown, events: WatchEvents): WorkerHandle {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const lock = locks === undefined ? null : `spinexr ${crypto.randomUUID()} ${++count}`;
  const watching = new AbortController();
  let over = false;
  const end = (): void => {
    over = true;
    watching.abort();
    worker.terminate();
  };
  const gone = (error: Error): void => {
    if (over) return;
    end();
    events.gone(error);
  };
  const watch = (): void => {
    if (lock === null || locks === undefined) return;
    locks
      .request(lock, { signal: watching.signal }, () => gone(new Error("the worker was ended")))
      .catch(() => undefined); // ended by ourselves
  };
  worker.onmessage = ({ data }: MessageEvent<ScopeMessage>) => {
    if (over) return;
    if (data.spinexr === "message") events.message(data.message);
    else if (data.spinexr === "alive") {
      events.begun?.();
      watch();
    } else gone(new Error(data.reason));
  };
  worker.onmessageerror = () => gone(new Error("a message could not be read"));
  worker.onerror = (event) => {
    event.preventDefault?.();
    gone(new Error(event.message || "its script does not load"));
  };
  worker.postMessage({ data, lock } satisfies WorkerStart);
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    setReferenced: () => undefined,
    terminate: async () => end(),
  };
}
