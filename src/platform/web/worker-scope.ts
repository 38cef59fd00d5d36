/** What a module that runs as a dedicated worker uses. */
import type { WorkerScope } from "../worker-scope.ts";
import type { ScopeMessage, WorkerStart } from "./watch-worker.ts";

export type { WorkerScope } from "../worker-scope.ts";

type Scope = Pick<Worker, "postMessage"> & { onmessage: ((event: MessageEvent) => void) | null };

/** Runs `main` with the scope that spawnWorker() gave; its failure ends the worker. */
export function workerMain<Data>(main: (scope: WorkerScope<Data>) => void | Promise<void>): void {
  const self = globalThis as unknown as Scope;
  const say = (message: ScopeMessage, transfer: readonly ArrayBuffer[] = []): void =>
    self.postMessage(message, [...transfer]);
  self.onmessage = async ({ data: start }: MessageEvent<WorkerStart>) => {
    const early: unknown[] = [];
    self.onmessage = ({ data }) => void early.push(data);
    try {
      if (start.lock !== null) await hold(start.lock);
      say({ spinexr: "alive" });
      await main({
        data: start.data as Data,
        post: (message, transfer) => say({ spinexr: "message", message }, transfer),
        onMessage(handler) {
          self.onmessage = ({ data }) => handler(data);
          for (const message of early.splice(0)) handler(message);
        },
      });
    } catch (error) {
      say({ spinexr: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** Resolves when the lock is held; it is held as long as this worker lives. */
const hold = (name: string): Promise<void> =>
  new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise(() => {});
    });
  });
