/** Threads that run a module of this package: .ts in a checkout that runs through tsx, .js in dist/. */
import { type Transferable, Worker } from "node:worker_threads";

/** The modules that run as threads, by their path in src/. They begin with workerMain() of worker-scope.ts. */
export type WorkerModule =
  | "backends/wasm/worker"
  | "backends/wasm/pool-worker"
  | "image/codecs/worker"
  | "phantom/worker";

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

export type SpawnWorker = (module: WorkerModule, data: unknown, events: WorkerEvents) => WorkerHandle;

/** Starts a module. `data` is structured-cloned into it. */
export const spawnWorker: SpawnWorker = (module, data, events) => {
  const worker = new Worker(addressOf(module), { workerData: data });
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
function addressOf(name: WorkerModule): URL {
  if (!import.meta.url.endsWith(".ts")) return new URL(`../${name}.js`, import.meta.url);
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const module = JSON.stringify(new URL(`../${name}.ts`, import.meta.url).href);
  const code = `import { register } from ${tsx}; register(); await import(${module});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
