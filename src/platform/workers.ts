/**
 * Threads that run a module of this package. The module sits beside its caller, as .ts in a checkout that runs through
 * tsx and as .js in dist/.
 */
import { isMainThread, parentPort, type Transferable, Worker, workerData } from "node:worker_threads";

export interface WorkerHandle {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** While referenced, the thread keeps the process alive. It starts unreferenced. */
  setReferenced(referenced: boolean): void;
  /** Ends the thread at once, whatever it does. */
  terminate(): Promise<void>;
}

export interface WorkerEvents {
  message(message: unknown): void;
  /** The thread is gone: an uncaught error in it, or an exit nobody asked for. Called once; not after terminate(). */
  gone(error: Error): void;
}

export type SpawnWorker = (caller: string, name: string, data: unknown, events: WorkerEvents) => WorkerHandle;

/** Starts the module `name` in the folder of `caller` (an import.meta.url). `data` is structured-cloned into it. */
export const spawnWorker: SpawnWorker = (caller, name, data, events) => {
  const worker = new Worker(workerModule(caller, name), { workerData: data });
  worker.unref();
  let over = false;
  const gone = (error: Error): void => {
    if (!over) events.gone(error);
    over = true;
  };
  worker.on("message", events.message);
  worker.on("messageerror", gone);
  worker.on("error", gone);
  worker.on("exit", (code) => gone(new Error(`the thread ended with code ${code}`)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as Transferable[] | undefined),
    setReferenced: (referenced) => (referenced ? worker.ref() : worker.unref()),
    terminate: async () => {
      over = true;
      await worker.terminate();
    },
  };
};

/** The module's URL. Node 20 reads TypeScript through tsx only, which every thread has to register for itself. */
function workerModule(caller: string, name: string): URL {
  if (!caller.endsWith(".ts")) return new URL(`./${name}.js`, caller);
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const module = JSON.stringify(new URL(`./${name}.ts`, caller).href);
  const code = `import { register } from ${tsx}; register(); await import(${module});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** The other end: what a worker module uses. */
export interface WorkerScope<Data> {
  readonly data: Data;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(handler: (message: unknown) => void): void;
}

/** The scope of the module that spawnWorker() started. Throws when called anywhere else. */
export function workerScope<Data>(): WorkerScope<Data> {
  const port = parentPort;
  if (isMainThread || port === null) throw new Error("This module runs in a worker thread only.");
  return {
    data: workerData as Data,
    post: (message, transfer) => port.postMessage(message, transfer as Transferable[] | undefined),
    onMessage: (handler) => port.on("message", handler),
  };
}
