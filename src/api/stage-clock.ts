/** Where the time of one screening goes: a stopwatch, and networks that note what they take. */
import type { DeviceNetwork, RunOptions } from "./network.ts";
import type { StageTiming } from "./results.ts";
import type { EngineInput, Tensor } from "./tensor.ts";

type Stage = StageTiming["stage"];

export class StageClock {
  readonly stages: StageTiming[] = [];

  /** Does `work` and notes it, unless it fails. name: perhaps of what comes out. */
  async time<T>(
    stage: Stage,
    name: string | ((result: T) => string),
    work: () => T | Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const result = await work();
    const ms = performance.now() - start;
    this.stages.push({ stage, name: typeof name === "string" ? name : name(result), start, ms });
    return result;
  }

  /** Milliseconds of all stages of these kinds together. */
  sum(...kinds: readonly Stage[]): number {
    return this.stages.reduce((sum, { stage, ms }) => sum + (kinds.includes(stage) ? ms : 0), 0);
  }

  /** The same network, its runs noted as stages; with `steps` also what each step took. */
  network(network: DeviceNetwork, stage: "classify" | "detect", name: string, steps: boolean): DeviceNetwork {
    return new TimedNetwork(network, async (inputs, options) => {
      if (!steps) return this.time(stage, name, () => network.run(inputs, options));
      const start = performance.now();
      const { outputs, ...run } = await network.profile(inputs, options);
      this.stages.push({ stage, name, start, ms: performance.now() - start, run });
      return outputs;
    });
  }
}

class TimedNetwork implements DeviceNetwork {
  readonly inputs: DeviceNetwork["inputs"];
  readonly backend: DeviceNetwork["backend"];
  readonly run: (
    inputs: Readonly<Record<string, EngineInput>>,
    options?: RunOptions,
  ) => Promise<Record<string, Tensor>>;
  readonly #network: DeviceNetwork;

  constructor(network: DeviceNetwork, run: TimedNetwork["run"]) {
    this.inputs = network.inputs;
    this.backend = network.backend;
    this.run = run;
    this.#network = network;
  }

  get tuning(): DeviceNetwork["tuning"] {
    return this.#network.tuning;
  }

  profile: DeviceNetwork["profile"] = (inputs, options) => this.#network.profile(inputs, options);
  dispose = (): Promise<void> => this.#network.dispose();
  [Symbol.asyncDispose] = (): Promise<void> => this.#network.dispose();
}
