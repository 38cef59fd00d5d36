/** One level below screening: any ONNX network on a chosen backend. */
import type { BackendInstance, Executor, PlanTraits } from "../backends/backend.ts";
import type { PortData } from "../backends/core.ts";
import type { RunInput } from "../backends/device-tensor.ts";
import type { TensorData } from "../graph/graph.ts";
import { describeInputs, type InputDescription, importGraph, type OnnxModel } from "../onnx/import.ts";
import { ConstantMemo } from "../optimize/constant-memo.ts";
import { optimize } from "../optimize/pipeline.ts";
import { describePlan, describeStep, type PlanDescription, type StepDescription } from "../plan/describe.ts";
import type { Plan, PlanPort } from "../plan/plan.ts";
import { sha256Hex } from "../platform/hash.ts";
import { type ConvChoice, ConvChoices, type TuningReport } from "../tune/choices.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { suggestion } from "./options.ts";
import { PreparedPlans } from "./prepared-plans.ts";
import type { BackendReport } from "./results.ts";
import {
  checkTensor,
  type EngineInput,
  TENSOR_TYPES,
  type Tensor,
  type TensorArray,
  type TensorInput,
} from "./tensor.ts";

/** How many input signatures (shapes) of one network stay prepared. */
const PLAN_CACHE = 4;

export interface RunOptions {
  /** Stops the run between two steps, and measuring (option "tune") before it. */
  readonly signal?: AbortSignal;
}

interface PlanningOptions extends RunOptions {
  /** false: only what was measured before counts. Default true: the option "tune" decides. */
  readonly measure?: boolean;
}

/** What one step of a run was and took. */
export interface StepTiming extends StepDescription {
  readonly ms: number;
}

/** When a run began, and what each step took. */
export interface RunProfile {
  /** When its turn came, behind other runs: milliseconds on the clock of performance.now(). */
  readonly start: number;
  /** In the order of running, one after another. */
  readonly steps: readonly StepTiming[];
}

export interface NetworkInput {
  readonly name: string;
  readonly type: Tensor["type"];
  /** A string is a symbolic dimension: any length. null: any rank. */
  readonly dims: readonly (number | string)[] | null;
}

/**
 * An ONNX network that is ready to run. Concurrent calls queue. Owns native memory: dispose it.
 * Node: yes. Browser: yes (worker).
 */
export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly backend: BackendReport;
  /** Who chose the algorithms of the plans made so far. */
  readonly tuning: TuningReport;
  /**
   * Runs the network. Inputs that decide shapes (integers, bools, scales of a Resize) become part of the plan: one is
   * made for each distinct value of them.
   * @throws SpineXRError INVALID_ARGUMENT, SHAPE_MISMATCH, UNSUPPORTED_OPERATOR, ABORTED, DISPOSED
   */
  run(inputs: Readonly<Record<string, TensorInput>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** The same, with what each step is and took. */
  profile(
    inputs: Readonly<Record<string, TensorInput>>,
    options?: RunOptions,
  ): Promise<RunProfile & { readonly outputs: Record<string, Tensor> }>;
  /** Frees native memory; waits for a run in progress. Idempotent. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A Network that takes what pictures became on a device, too. */
export interface DeviceNetwork extends Network {
  run(inputs: Readonly<Record<string, EngineInput>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  profile(
    inputs: Readonly<Record<string, EngineInput>>,
    options?: RunOptions,
  ): Promise<RunProfile & { readonly outputs: Record<string, Tensor> }>;
}

/**
 * A Network over our own engine, which closes the model's file in the end. `owner` is closed with it when the network
 * has a backend of its own.
 */
export class EngineNetwork implements DeviceNetwork {
  readonly inputs: readonly NetworkInput[];
  readonly #report: Omit<BackendReport, "hostSteps">;
  readonly #traits: PlanTraits;
  readonly #model: OnnxModel;
  readonly #described: readonly InputDescription[];
  readonly #plans: PreparedPlans;
  readonly #owner: { dispose(): Promise<void> } | null;
  readonly #optimize: boolean;
  readonly #choices: ConvChoices;
  readonly #chosen = new WeakMap<Plan, readonly ConvChoice[]>();
  readonly #memo = new ConstantMemo();
  #disposed: Promise<void> | null = null;

  constructor(
    model: OnnxModel,
    instance: BackendInstance,
    settings: {
      rejected: BackendReport["rejected"];
      owner: { dispose(): Promise<void> } | null;
      optimize: boolean;
      /** Default: the cost model chooses. */
      choices?: ConvChoices;
    },
  ) {
    this.#traits = instance.plans;
    this.#model = model;
    this.#described = describeInputs(model);
    this.#plans = new PreparedPlans(instance, PLAN_CACHE);
    this.#owner = settings.owner;
    this.#optimize = settings.optimize;
    this.#choices = settings.choices ?? new ConvChoices(null);
    this.inputs = this.#described.map((d) => ({
      name: d.name,
      type: TENSOR_TYPES[d.dtype],
      dims: d.dims,
    }));
    this.#report = {
      name: instance.name,
      device: instance.device,
      isa: instance.isa,
      threads: instance.threads,
      precision: instance.arithmetic,
      rejected: settings.rejected,
    };
  }

  get backend(): BackendReport {
    return { ...this.#report, hostSteps: this.#plans.hostSteps };
  }

  get tuning(): TuningReport {
    return this.#choices.report;
  }

  async run(
    inputs: Readonly<Record<string, EngineInput>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    return (await this.#execute(inputs, options, false)).outputs;
  }

  async profile(
    inputs: Readonly<Record<string, EngineInput>>,
    options: RunOptions = {},
  ): Promise<RunProfile & { outputs: Record<string, Tensor> }> {
    const { outputs, plan, result } = await this.#execute(inputs, options, true);
    const { start = 0, stepMs = [] } = result;
    const steps = plan.steps.map((step, i) => ({ ...describeStep(plan, step), ms: stepMs[i] ?? 0 }));
    return { outputs, start, steps };
  }

  /** The plan for inputs of these shapes, without running it. */
  plan(inputs: Readonly<Record<string, EngineInput>>, options: PlanningOptions = {}): Promise<Plan> {
    return this.#use(inputs, options, async (plan) => plan);
  }

  /** That plan as facts, and what was chosen for its convolutions. */
  async describe(
    inputs: Readonly<Record<string, EngineInput>>,
    options: RunOptions = {},
  ): Promise<{ plan: PlanDescription; choices: readonly ConvChoice[] }> {
    const plan = await this.plan(inputs, options);
    const choices = this.#chosen.get(plan) ?? [];
    const by = choices.map(({ chosenBy }) => chosenBy);
    return { plan: describePlan(plan, by), choices };
  }

  /** Native bytes held by this network's prepared plans; what they share counts once. */
  bytes(): Promise<number> {
    return this.#plans.bytes();
  }

  async dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      await this.#plans.dispose();
      this.#model.file?.close();
      await this.#owner?.dispose();
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #execute(inputs: Readonly<Record<string, EngineInput>>, options: RunOptions, profile: boolean) {
    return this.#use(inputs, options, async (plan, executor) => {
      const ports = plan.inputs.map((port) => inputs[port.name].data as RunInput);
      const result = await executor.run(ports, { signal: options.signal, profile });
      const outputs: Record<string, Tensor> = {};
      plan.outputs.forEach((port, i) => {
        outputs[port.name] = toTensor(port, result.outputs[i]);
      });
      return { outputs, plan, result };
    });
  }

  async #use<T>(
    inputs: Readonly<Record<string, EngineInput>>,
    { signal, measure = true }: PlanningOptions,
    work: (plan: Plan, executor: Executor) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      const key = this.#check(inputs);
      try {
        return await this.#plans.use(key, () => this.#build(inputs, measure, signal), work);
      } catch (error) {
        // Who waited for a plan that another call gave up makes it.
        const gaveUp = error instanceof SpineXRError && error.code === "ABORTED";
        if (!gaveUp || signal?.aborted) throw error;
      }
    }
  }

  /** Checks all inputs and names their signature: dims, and the content of those that decide shapes. */
  #check(inputs: Readonly<Record<string, EngineInput>>): string {
    if (this.#disposed !== null)
      throw new SpineXRError(
        "DISPOSED",
        "This network was used after dispose(); load it again with loadNetwork().",
      );
    const names = this.#described.map((d) => d.name);
    for (const name of Object.keys(inputs)) {
      if (!names.includes(name))
        throw new SpineXRError(
          "INVALID_ARGUMENT",
          `The network has no input "${name}".${suggestion(name, names)} Its inputs are: ${names.join(", ")}.`,
        );
    }
    const parts: string[] = [];
    for (const description of this.#described) {
      const tensor = inputs[description.name];
      if (tensor === undefined) {
        if (description.optional) continue;
        throw new SpineXRError(
          "INVALID_ARGUMENT",
          `Input "${description.name}" is missing. The network's inputs are: ${names.join(", ")}.`,
        );
      }
      checkTensor(description.name, tensor, description.dtype, description.bound);
      checkDims(description, tensor.dims);
      const content = description.bound ? `=${sha256Hex(bytesOf(tensor.data as TensorArray))}` : "";
      parts.push(`${description.name}:${tensor.dims.join("x")}${content}`);
    }
    return parts.join(";");
  }

  async #build(
    inputs: Readonly<Record<string, EngineInput>>,
    measure: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Plan> {
    const signature: Record<string, { dims: number[]; value?: TensorData }> = {};
    for (const { name, bound } of this.#described) {
      const tensor = inputs[name];
      if (tensor === undefined) continue;
      const dims = [...tensor.dims];
      // A copy, checked by #check: plans know constants by their memory, and the caller may write to its own.
      signature[name] = bound
        ? { dims, value: (tensor.data as TensorArray).slice() as TensorData }
        : { dims };
    }
    this.#memo.begin();
    const imported = importGraph(this.#model, { inputs: signature });
    const graph = this.#optimize ? optimize(imported, { memo: this.#memo }) : imported;
    const { plan, choices } = await this.#choices.plan(graph, {
      measure,
      signal,
      traits: this.#traits,
    });
    const constants = plan.constants.map(({ offset, bytes }) => ({
      offset,
      bytes: bytes instanceof Uint8Array ? this.#memo.canonical(bytes) : bytes,
    }));
    const shared = { ...plan, constants };
    this.#chosen.set(shared, choices);
    return shared;
  }
}

const bytesOf = (data: TensorArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function checkDims(description: InputDescription, dims: readonly number[]): void {
  const fits =
    description.dims === null ||
    (description.dims.length === dims.length &&
      description.dims.every((dim, i) => typeof dim === "string" || dim === dims[i]));
  if (!fits)
    throw new SpineXRError(
      "SHAPE_MISMATCH",
      `Input "${description.name}" expects dims [${description.dims?.join(", ")}], found [${dims.join(", ")}].`,
    );
}

/** Widens what the core holds (i64 as i32) to what the network declares. */
function toTensor(port: PlanPort, data: PortData): Tensor {
  const type = TENSOR_TYPES[port.dtype];
  const dims = [...port.dims];
  if (port.countTensor >= 0) {
    const row = port.dims.slice(1).reduce((a, b) => a * b, 1);
    dims[0] = row === 0 ? 0 : data.length / row;
  }
  return { type, dims, data: port.dtype === "i64" ? BigInt64Array.from(data, (v) => BigInt(v)) : data };
}
