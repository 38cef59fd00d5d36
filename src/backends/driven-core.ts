/** Core over a driver: the order of calls, cancelling and disposal, the same for the addon and for WebAssembly. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { encodePlan } from "../plan/encode.ts";
import type { Plan } from "../plan/plan.ts";
import type { Core, CoreInfo, CoreRunResult, CoreSession, CoreWeights, ImageCore } from "./core.ts";
import type { DetectionCore } from "./detection.ts";
import { detectionCore } from "./detection-core.ts";
import { DeviceTensor, type RunInput } from "./device-tensor.ts";
import type { CoreDriver, DriverSession, DriverWeights, EncodedPlan, OutputSpec } from "./driver.ts";
import { imageCore } from "./image-core.ts";
import { checkInputs, outputSpecs, toResult } from "./port-checks.ts";
import { SerialQueue } from "./serial-queue.ts";
import { SharedWeights } from "./shared-weights.ts";

export class DrivenCore implements Core {
  readonly info: CoreInfo;
  readonly image: ImageCore;
  readonly detection: DetectionCore;
  readonly sideBySide: boolean;
  readonly #driver: CoreDriver;
  /**
   * Two queues, so that the next picture is prepared while a network runs: at most two calls are under way. Where runs go
   * side by side each session has a queue of its own, and this one is for making and ending them.
   */
  readonly #engine = new SerialQueue();
  readonly #pixels = new SerialQueue();
  /** Sessions and weights. */
  readonly #owned = new Set<{ dispose(): Promise<void> }>();
  #disposed: Promise<void> | null = null;

  constructor(driver: CoreDriver) {
    this.#driver = driver;
    this.info = driver.info;
    this.sideBySide = driver.sideBySide;
    const beside = <T>(task: () => Promise<T>): Promise<T> => {
      this.#checkAlive();
      return this.#pixels.add(task);
    };
    this.image = imageCore(driver.image, beside);
    this.detection = detectionCore(driver.detection, beside);
  }

  async createWeights(): Promise<CoreWeights> {
    this.#checkAlive();
    return this.#engine.add(async () => {
      this.#checkAlive();
      const inner = await this.#driver.createWeights();
      const weights: SharedWeights = new SharedWeights(inner, () => {
        this.#owned.delete(weights);
        return this.#engine.add(() => inner.destroy());
      });
      this.#owned.add(weights);
      return weights;
    });
  }

  async createSession(plan: Plan, weights?: CoreWeights): Promise<CoreSession> {
    this.#checkAlive();
    return this.#engine.add(async () => {
      this.#checkAlive();
      const { made, release } = await this.#create(plan, weights);
      if (made === null)
        throw new SpineXRError("INTERNAL", "The core misses constants of a plan that has all of them.");
      const forget = (): void => {
        release();
        this.#owned.delete(session);
      };
      const destroy = (): Promise<void> => made.destroy().finally(forget);
      const [queue, end] = this.sideBySide
        ? [new SerialQueue(), () => this.#engine.add(destroy)]
        : [this.#engine, destroy];
      const session: DrivenSession = new DrivenSession(plan, made, queue, this.#driver.device, end);
      this.#owned.add(session);
      return session;
    });
  }

  async #create(plan: Plan, weights?: CoreWeights) {
    if (weights === undefined) {
      const made = await this.#createInner({ ...plan, plan: encodePlan(plan) }, null);
      return { made, release: () => {} };
    }
    if (!(weights instanceof SharedWeights && this.#owned.has(weights)))
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        "Expected weights that this backend has created and that are not disposed; create new ones.",
      );
    return weights.create(plan, (encoded) => this.#createInner(encoded, weights.inner));
  }

  /** A session whose constants were in their files, unchanged, before and after they were read. */
  async #createInner(encoded: EncodedPlan, weights: DriverWeights | null): Promise<DriverSession | null> {
    const files = new Set<ByteFile>();
    for (const { bytes } of encoded.constants) if (!(bytes instanceof Uint8Array)) files.add(bytes.file);
    const check = (): void => {
      for (const file of files) file.check();
    };
    check();
    let session: DriverSession | null;
    try {
      session = await this.#driver.createSession(encoded, weights);
    } catch (error) {
      check(); // says more than what the driver made of a file that was cut off
      throw error;
    }
    try {
      check();
    } catch (error) {
      await session?.destroy();
      throw error;
    }
    return session;
  }

  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      // What is being created is in #owned once the engine's queue has come this far.
      await this.#engine.add(async () => {});
      await Promise.allSettled([...this.#owned].map((owned) => owned.dispose()));
      await this.#pixels.add(async () => {});
      await this.#engine.add(() => this.#driver.close());
    })();
    return this.#disposed;
  }

  #checkAlive(): void {
    if (this.#disposed !== null)
      throw new SpineXRError("DISPOSED", "The backend was used after dispose(); open it again.");
  }
}

class DrivenSession implements CoreSession {
  readonly bytes: number;
  readonly hostSteps: readonly string[];
  readonly #plan: Plan;
  readonly #inner: DriverSession;
  readonly #queue: SerialQueue;
  readonly #device: object | null;
  readonly #outputs: readonly OutputSpec[];
  readonly #end: () => Promise<void>;
  #disposed: Promise<void> | null = null;

  /** `end` destroys `inner`, called in the queue. */
  constructor(
    plan: Plan,
    inner: DriverSession,
    queue: SerialQueue,
    device: object | null,
    end: () => Promise<void>,
  ) {
    this.bytes = inner.bytes;
    this.hostSteps = inner.hostSteps ?? [];
    this.#plan = { ...plan, constants: [] }; // the core has its own copy of the weights
    this.#inner = inner;
    this.#queue = queue;
    this.#device = device;
    this.#outputs = outputSpecs(plan.outputs);
    this.#end = end;
  }

  async run(
    inputs: readonly RunInput[],
    options: { signal?: AbortSignal; profile?: boolean } = {},
  ): Promise<CoreRunResult> {
    const { signal, profile = false } = options;
    this.#checkAlive();
    checkInputs(this.#plan.inputs, inputs, this.#device);
    throwIfAborted(signal);
    // The caller may change its arrays as soon as run() has returned: a run that has to wait keeps copies.
    const own = this.#queue.idle ? inputs : inputs.map(copied);
    const result = this.#queue.add(async () => {
      this.#checkAlive();
      throwIfAborted(signal);
      checkInputs(this.#plan.inputs, own, this.#device); // tensors may have been released meanwhile
      return this.#runNow(own, signal, profile);
    });
    return signal === undefined ? result : untilAborted(result, signal);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#queue.add(this.#end);
    return this.#disposed;
  }

  async #runNow(
    inputs: readonly RunInput[],
    signal: AbortSignal | undefined,
    profile: boolean,
  ): Promise<CoreRunResult> {
    const flag = this.#inner.abortFlag;
    const stop = (): void => {
      if (flag !== null) Atomics.store(flag, 0, 1);
    };
    if (flag !== null) Atomics.store(flag, 0, 0);
    signal?.addEventListener("abort", stop);
    const start = performance.now();
    try {
      const result = toResult(this.#plan.outputs, await this.#inner.run(inputs, this.#outputs, profile));
      return profile ? { ...result, start } : result;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #checkAlive(): void {
    if (this.#disposed !== null)
      throw new SpineXRError("DISPOSED", "The network was used after dispose(); load it again.");
  }
}

const copied = (input: RunInput): RunInput => (input instanceof DeviceTensor ? input : input.slice());

/**
 * `work`, or ABORTED as soon as the signal fires. The work itself ends soon after, where it can be stopped, and
 * whatever comes next in its queue waits for that.
 */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      try {
        throwIfAborted(signal);
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener("abort", onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
