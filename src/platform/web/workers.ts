/** Threads in a browser: dedicated workers, each a file of its own beside this one. */
import type { SpawnWorker, WorkerHandle } from "../workers.ts";
import { watchWorker } from "./watch-worker.ts";

export type { SpawnWorker, WorkerEvents, WorkerHandle, WorkerModule } from "../workers.ts";

/** Literal addresses: bundlers look for exactly this form. */
function start(module: Parameters<SpawnWorker>[0]): Worker {
  switch (module) {
    case "backends/wasm/worker":
      return new Worker(new URL("./wasm-worker.js", import.meta.url), { type: "module" });
    case "backends/wasm/pool-worker":
      return new Worker(new URL("./pool-worker.js", import.meta.url), { type: "module" });
    case "image/codecs/worker":
      return new Worker(new URL("./codec-worker.js", import.meta.url), { type: "module" });
    case "phantom/worker":
      throw new Error("phantoms are made in Node only");
  }
}

/** Starts a module. `data` is structured-cloned into it. A page does not wait for workers: references mean nothing. */
export const spawnWorker: SpawnWorker = (module, data, events): WorkerHandle =>
  watchWorker(start(module), data, events);
