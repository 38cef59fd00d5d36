/** CoreDriver over an engine worker and, in the threads builds, its pool workers. */
import { SpineXRError } from "../../api/errors.ts";
import { type SpawnWorker, spawnWorker, type WorkerHandle } from "../../platform/workers.ts";
import type { PortData } from "../core.ts";
import type { CoreDriver, DriverSession, DriverWeights, EncodedPlan, ImageDriver } from "../driver.ts";
import { Staging } from "../staging.ts";
import { createMemory, loadBuild, type WasmBuild } from "./builds.ts";
import { type Channel, WorkerChannel } from "./channel.ts";
import { InlineChannel } from "./inline-channel.ts";
import { buffersOf, type EngineReady, type PoolStart } from "./messages.ts";

export interface WasmDriverOptions {
  readonly build: WasmBuild;
  readonly threads: number;
  readonly isa: string;
  /** Default: that of this package. */
  readonly module?: WebAssembly.Module;
  /** The build "simd" only: the core runs on this thread. */
  readonly inline?: boolean;
  /** How to start a thread; default: the platform's. */
  readonly spawn?: SpawnWorker;
}

/**
 * Starts the workers. Sessions of the build "simd" cannot stop a run: their abortFlag is null.
 * @throws SpineXRError BACKEND_UNAVAILABLE, OUT_OF_MEMORY, INTERNAL
 */
export async function wasmDriver(options: WasmDriverOptions): Promise<CoreDriver> {
  const { build, threads, isa, spawn = spawnWorker } = options;
  const module = options.module ?? (await loadBuild(build));
  const memory = build === "simd" ? null : createMemory(build);
  const pool: WorkerHandle[] = [];
  const stopPool = async (): Promise<void> => {
    await Promise.all(pool.map((worker) => worker.terminate()));
  };
  const start = { module, memory, build, threads, isa };
  const channel = options.inline
    ? new InlineChannel(start)
    : new WorkerChannel(spawn, start, () => void stopPool());
  let ready: EngineReady;
  try {
    ready = await channel.ready();
    if (memory !== null)
      await startPool(spawn, pool, channel, { module, memory, engine: ready.engine }, ready);
  } catch (error) {
    await Promise.all([channel.terminate(), stopPool()]);
    throw error;
  }
  const abortFlag = memory === null ? null : new Int32Array(memory.buffer, ready.abort, 1);
  return {
    info: { build: `wasm-${build}`, isa: ready.isa, threads: ready.threads },
    sideBySide: false,
    device: null,
    image: wasmImages(channel),
    detection: {
      call: (call) =>
        channel.request(
          "boxes",
          call,
          buffersOf(...call.args.filter((argument) => ArrayBuffer.isView(argument))),
        ),
    },
    createWeights: async () => new WasmWeights(channel, (await channel.request("createWeights", {})).weights),
    createSession: (plan, weights) => wasmSession(channel, abortFlag, plan, weights as WasmWeights | null),
    close: async () => {
      // The engine's end lets the pool return; a dead engine has nothing left to end.
      await channel.request("close", {}).catch(() => undefined);
      await Promise.all([channel.terminate(), stopPool()]);
    },
  };
}

/** Starts the pool and waits until every thread stands in the core. One that dies takes the engine with it. */
async function startPool(
  spawn: SpawnWorker,
  pool: WorkerHandle[],
  channel: Channel,
  common: Pick<PoolStart, "module" | "memory" | "engine">,
  ready: EngineReady,
): Promise<void> {
  await Promise.all(
    ready.pool.map(
      (block) =>
        new Promise<void>((resolve, reject) => {
          const start: PoolStart = { ...common, ...block };
          const worker = spawn("backends/wasm/pool-worker", start, {
            message: () => {
              worker.setReferenced(false);
              resolve();
            },
            gone: (error) => {
              channel.fail(error);
              reject(
                new SpineXRError("INTERNAL", `A WebAssembly pool thread failed (${error.message}).`, {
                  cause: error,
                }),
              );
            },
          });
          worker.setReferenced(true);
          pool.push(worker);
        }),
    ),
  );
}

class WasmWeights implements DriverWeights {
  readonly address: number;
  readonly #channel: Channel;

  constructor(channel: Channel, address: number) {
    this.#channel = channel;
    this.address = address;
  }

  bytes(): Promise<number> {
    return this.#channel.request("weightsBytes", { weights: this.address });
  }

  async destroy(): Promise<void> {
    await this.#channel.request("destroyWeights", { weights: this.address });
  }
}

async function wasmSession(
  channel: Channel,
  abortFlag: Int32Array | null,
  { plan, constants, constantBytes }: EncodedPlan,
  weights: WasmWeights | null,
): Promise<DriverSession | null> {
  // Views on a large file are cut out first: cloning a view would clone the whole buffer behind it.
  const parts = constants.map(({ offset, bytes }) => ({
    offset,
    bytes: bytes instanceof Uint8Array ? bytes.slice() : bytes.bytes(),
  }));
  const { session, bytes } = await channel.request(
    "createSession",
    { weights: weights?.address ?? 0, plan, parts, constantBytes },
    buffersOf(...parts.map((part) => part.bytes)),
  );
  if (session === 0) return null;
  return {
    bytes,
    abortFlag,
    run: (inputs: readonly PortData[], outputs, profile) => {
      const own = inputs.map((input) => input.slice());
      return channel.request("run", { session, inputs: own, outputs, profile }, buffersOf(...own));
    },
    destroy: async () => {
      await channel.request("destroySession", { session });
    },
  };
}

function wasmImages(channel: Channel): ImageDriver {
  const staging = new Staging();
  return {
    display: (call) => {
      const samples = call.samples.slice();
      return channel.request("display", { ...call, samples }, buffersOf(samples));
    },
    resize: (call) => {
      const pixels = call.pixels.slice();
      return channel.request("resize", { ...call, pixels }, buffersOf(pixels));
    },
    async inputs(call) {
      const samples = staging.copy(call.samples);
      const moved = buffersOf(samples, ...call.inputs.map(({ tensor }) => tensor));
      const answer = await channel.request("inputs", { ...call, samples }, moved);
      staging.keep(answer.samples);
      return answer;
    },
  };
}
