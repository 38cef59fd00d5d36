/** The other end of workers.ts: what a module that runs as a thread uses. */
import { isMainThread, parentPort, type Transferable, workerData } from "node:worker_threads";

export interface WorkerScope<Data> {
  /** What the thread was started with. */
  readonly data: Data;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Messages that came before are handed over, too. */
  onMessage(handler: (message: unknown) => void): void;
}

/** Runs `main` with the scope that spawnWorker() gave; its failure ends the thread. Throws when called anywhere else. */
export function workerMain<Data>(main: (scope: WorkerScope<Data>) => void | Promise<void>): void {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error("This module runs in a worker thread only.");
  void main({
    data: workerData as Data,
    post: (message, transfer) => port.postMessage(message, transfer as Transferable[] | undefined),
    onMessage: (handler) => port.on("message", handler),
  });
}
