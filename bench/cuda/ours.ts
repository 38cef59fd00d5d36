/** Our side: networks and the screening on the backend "cuda", timed by the device and end to end. */
import { EngineNetwork } from "../../src/api/network.ts";
import type { BackendInstance } from "../../src/backends/backend.ts";
import { findCudaLibrary } from "../../src/backends/cuda/library.ts";
import type { EngineHandle, SessionHandle } from "../../src/backends/native/addon.ts";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { BACKENDS } from "../../src/backends/registry.ts";
import { loadModel, type Model, readImage } from "../../src/index.node.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import type { Precision } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Outputs } from "../peers/peer.ts";
import type { NetworkInputs } from "./job.ts";
import type { Times } from "./rival.ts";
import { type StepShare, stepShares } from "./shares.ts";

/** What both kinds of cases offer to be timed. */
export interface Ours {
  run(input: number): Promise<Outputs>;
  /** About `runs` runs, at least one for each input. */
  time(runs: number): Promise<Times>;
  dispose(): Promise<void>;
}

/** "cpu": to test all but the speed where there is no GPU. */
export type BackendChoice = "cuda" | "cpu";

/** As the backend has it: larger workspaces rarely make a convolution faster. */
const WORKSPACE_LIMIT = 2 ** 28;

export class OurNetwork implements Ours {
  readonly plan: Plan;
  readonly #instance: BackendInstance;
  readonly #network: EngineNetwork;
  readonly #inputs: NetworkInputs;
  readonly #timed: TimedSession | null;

  private constructor(
    plan: Plan,
    instance: BackendInstance,
    network: EngineNetwork,
    inputs: NetworkInputs,
    timed: TimedSession | null,
  ) {
    this.plan = plan;
    this.#instance = instance;
    this.#network = network;
    this.#inputs = inputs;
    this.#timed = timed;
  }

  static async open(
    model: OnnxModel,
    precision: Precision,
    inputs: NetworkInputs,
    choice: BackendChoice,
  ): Promise<OurNetwork> {
    const backend = BACKENDS.find(({ name }) => name === choice)!;
    const instance = await backend.open({
      threads: "auto",
      precision: choice === "cpu" ? "fp32" : precision,
    });
    const settings = { rejected: [], owner: instance, optimize: true };
    const network = new EngineNetwork(model, instance, settings);
    const plan = await network.plan(feedsOf(inputs, 0));
    const timed = choice === "cuda" ? await TimedSession.open(plan) : null;
    return new OurNetwork(plan, instance, network, inputs, timed);
  }

  get device(): string {
    return `${this.#instance.device}, ${this.#instance.isa}`;
  }

  async run(input: number): Promise<Outputs> {
    const outputs: Outputs = {};
    for (const [name, { data }] of Object.entries(await this.#network.run(feedsOf(this.#inputs, input))))
      outputs[name] = data instanceof Float32Array ? data : Float32Array.from(data, Number);
    return outputs;
  }

  async time(runs: number): Promise<Times> {
    const { arrays } = this.#inputs;
    const wallMs = await wallTimes(runs, (i) => this.#network.run(feedsOf(this.#inputs, i)));
    if (this.#timed === null) return { deviceMs: wallMs, wallMs };
    const deviceMs: number[] = [];
    const each = Math.max(1, Math.round(runs / arrays.length));
    for (let i = 0; i < Math.min(runs, arrays.length); i++) {
      const ports = this.plan.inputs.map(({ name }) => arrays[i]![name]!);
      deviceMs.push(...(await this.#timed.time(ports, each)));
    }
    return { deviceMs, wallMs };
  }

  /** Medians over `runs` profiled runs, whose steps are launched one by one. */
  async profile(runs: number): Promise<StepShare[]> {
    const timings = [];
    for (let i = 0; i < runs; i++)
      timings.push((await this.#network.profile(feedsOf(this.#inputs, i))).steps);
    return stepShares(timings);
  }

  async dispose(): Promise<void> {
    this.#timed?.close();
    await this.#network.dispose();
  }
}

function feedsOf({ dims, arrays }: NetworkInputs, index: number) {
  const input = arrays[index % arrays.length]!;
  return Object.fromEntries(Object.entries(input).map(([name, data]) => [name, { dims: dims[name]!, data }]));
}

async function wallTimes(runs: number, run: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run(i);
    times.push(performance.now() - start);
  }
  return times;
}

/** A plan in a session of its own, of which the device says how long runs take. */
class TimedSession {
  readonly #engine: EngineHandle;
  readonly #session: SessionHandle;

  private constructor(engine: EngineHandle, session: SessionHandle) {
    this.#engine = engine;
    this.#session = session;
  }

  static async open(plan: Plan): Promise<TimedSession> {
    const addon = loadAddon();
    const engine = await addon.cudaEngineCreate(findCudaLibrary(), 0, 0, 0, WORKSPACE_LIMIT);
    const parts = [...plan.constants]
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, bytes }) => ({ offset, bytes: bytes instanceof Uint8Array ? bytes : bytes.bytes() }));
    const session = await addon.sessionCreate(engine, null, encodePlan(plan), plan.constantBytes, parts);
    if (session === null) throw new Error("The library misses constants of a plan that has all of them.");
    return new TimedSession(engine, session);
  }

  async time(ports: readonly ArrayBufferView[], runs: number): Promise<number[]> {
    return [...(await loadAddon().cudaSessionTime(this.#session, ports, runs))];
  }

  close(): void {
    loadAddon().sessionDestroy(this.#session);
    loadAddon().engineDestroy(this.#engine);
  }
}

export class OurScreening implements Ours {
  readonly #model: Model;
  readonly #pictures: readonly Uint16Array[];
  readonly #size: readonly [number, number];

  private constructor(model: Model, pictures: readonly Uint16Array[], size: readonly [number, number]) {
    this.#model = model;
    this.#pictures = pictures;
    this.#size = size;
  }

  static async open(
    folder: string,
    precision: Precision,
    pictures: readonly Uint16Array[],
    size: readonly [number, number],
    backend: BackendChoice,
  ): Promise<OurScreening> {
    const model = await loadModel(folder, backend === "cuda" ? { backend, precision } : { backend });
    return new OurScreening(model, pictures, size);
  }

  async run(input: number): Promise<Outputs> {
    const samples = this.#pictures[input % this.#pictures.length]!;
    const [height, width] = this.#size;
    const bytes = new Uint8Array(samples.buffer);
    const picture = await readImage(bytes, { raw: { width, height, bits: 16 } });
    const { abnormal, findings, suppressed } = await this.#model.screen(picture);
    const labels = this.#model.manifest.detector!.labels;
    const all = [...findings, ...suppressed];
    return {
      probability: Float32Array.of(abnormal!.probability),
      kept: Float32Array.of(findings.length),
      boxes: Float32Array.from(all.flatMap(({ box }) => box)),
      scores: Float32Array.from(all, ({ score }) => score),
      classes: Float32Array.from(all, ({ label }) => labels.indexOf(label)),
    };
  }

  /** A screening is several graphs and work of the processor: there are no events around it. */
  async time(runs: number): Promise<Times> {
    return { deviceMs: [], wallMs: await wallTimes(runs, (i) => this.run(i)) };
  }

  dispose(): Promise<void> {
    return this.#model.dispose();
  }
}
