/** A GPU as WebGPU gives it: opened with what it can do, watched for errors and loss, opened again after a loss. */
import { SpineXRError } from "../../api/errors.ts";
import type { Schedule } from "./ops/gemm.ts";
import { Pipelines } from "./pipelines.ts";
import { measureSchedule } from "./schedule.ts";

/** Flags of GPUBufferUsage, which Node has no global for. */
export const USAGE = {
  mapRead: 1,
  copySource: 4,
  copyTarget: 8,
  uniform: 64,
  storage: 128,
  query: 512,
} as const;

export interface OpenedGpu {
  readonly gpu: GPU;
  /** Of the runtime, for reports: "Chromium's WebGPU", "Dawn in Node 20.20". */
  readonly runtime: string;
}

const unavailable = (words: string, cause?: unknown): SpineXRError =>
  new SpineXRError("BACKEND_UNAVAILABLE", `The backend "webgpu" does not run here: ${words}`, { cause });

/** The adapter of highest performance, its name, and whether a processor stands in for it. Throws BACKEND_UNAVAILABLE. */
export async function findAdapter(
  open: () => Promise<OpenedGpu>,
): Promise<{ adapter: GPUAdapter; name: string; software: boolean }> {
  const { gpu, runtime } = await open();
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    throw unavailable(`${runtime} failed: ${(error as Error).message}`, error);
  }
  if (adapter === null) throw unavailable(`${runtime} finds no GPU; drivers may be missing or blocked.`);
  const { vendor, architecture, description } = adapter.info;
  const name = description || [vendor, architecture].filter((word) => word !== "").join(" ") || "GPU";
  return { adapter, name: `${name}, ${runtime}`, software: isSoftware(adapter.info) };
}

const isSoftware = ({ architecture, description, isFallbackAdapter }: GPUAdapterInfo): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${architecture} ${description}`);

export class GpuDevice {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly hasTimestamps: boolean;
  /** A processor stands in for a GPU. */
  readonly software: boolean;
  #lost: string | null = null;
  #error: string | null = null;

  private constructor(device: GPUDevice, software: boolean) {
    this.device = device;
    this.software = software;
    this.pipelines = new Pipelines(this);
    this.hasTimestamps = device.features.has("timestamp-query");
    device.lost.then(({ message, reason }) => {
      this.#lost = message || reason;
    });
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault?.();
      this.#error ??= (event as GPUUncapturedErrorEvent).error.message;
    });
  }

  /** Default limits, but for the sizes of buffers, which are the adapter's. Throws BACKEND_UNAVAILABLE. */
  static async open(open: () => Promise<OpenedGpu>): Promise<GpuDevice> {
    const { adapter, software } = await findAdapter(open);
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    try {
      return new GpuDevice(
        await adapter.requestDevice({
          requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
          requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
        }),
        software,
      );
    } catch (error) {
      throw unavailable(`the GPU gives no device: ${(error as Error).message}`, error);
    }
  }

  get lost(): boolean {
    return this.#lost !== null;
  }

  /** Throws DEVICE_LOST, or INTERNAL where WebGPU refused something that was not asked about. */
  check(): void {
    if (this.#lost !== null)
      throw new SpineXRError(
        "DEVICE_LOST",
        `The GPU stopped working: ${this.#lost.replace(/\.$/, "")}. The next call opens it again.`,
      );
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw new SpineXRError("INTERNAL", `WebGPU refused a command: ${error}`);
  }

  /** `work`; a failure for which a loss of the device is to blame becomes DEVICE_LOST. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // The loss is reported behind whatever failed for it.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 20))]);
      await Promise.resolve();
      if (this.lost) this.check();
      throw error;
    }
  }

  /** Validation and memory errors of what `make` asks WebGPU for. Throws INTERNAL or OUT_OF_MEMORY. */
  async scoped<T>(what: string, make: () => T): Promise<Awaited<T>> {
    this.device.pushErrorScope("validation");
    this.device.pushErrorScope("out-of-memory");
    let made: T;
    let errors: Promise<(GPUError | null)[]>;
    try {
      made = make();
    } finally {
      errors = Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]);
      errors.catch(() => undefined);
    }
    const [memory, validation] = await this.guard(() => errors);
    if (memory !== null)
      throw new SpineXRError(
        "OUT_OF_MEMORY",
        `${what} does not fit into the GPU's memory: ${memory!.message}`,
      );
    if (validation !== null)
      throw new SpineXRError("INTERNAL", `${what} was refused by WebGPU: ${validation!.message}`);
    return made as Awaited<T>;
  }

  /** @throws SpineXRError LIMIT_EXCEEDED, OUT_OF_MEMORY */
  createBuffer(what: string, bytes: number, usage: number, mapped = false): Promise<GPUBuffer> {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most =
      (usage & USAGE.storage) !== 0 ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > most)
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `${what} need ${bytes} bytes in one buffer, and this GPU allows ${most}; use a smaller input or another backend.`,
      );
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    return this.scoped(what, () => this.device.createBuffer({ size, usage, mappedAtCreation: mapped }));
  }
}

/** The device in use: a new one after a loss. */
export class Devices {
  readonly #open: () => Promise<OpenedGpu>;
  #current: Promise<GpuDevice>;
  #schedule: Promise<Schedule> | null = null;

  private constructor(open: () => Promise<OpenedGpu>, first: GpuDevice) {
    this.#open = open;
    this.#current = Promise.resolve(first);
  }

  static async start(open: () => Promise<OpenedGpu>): Promise<Devices> {
    return new Devices(open, await GpuDevice.open(open));
  }

  /** @throws SpineXRError BACKEND_UNAVAILABLE where a lost GPU does not come back */
  async current(): Promise<GpuDevice> {
    const known = await this.#current.catch(() => null);
    if (known === null || known.lost) this.#current = GpuDevice.open(this.#open);
    return this.#current;
  }

  /** What suits them, measured once. Throws DEVICE_LOST, OUT_OF_MEMORY, INTERNAL. */
  schedule(): Promise<Schedule> {
    if (this.#schedule === null) {
      const measured = this.current().then(measureSchedule);
      this.#schedule = measured;
      measured.catch(() => {
        this.#schedule = null;
      });
    }
    return this.#schedule;
  }

  async close(): Promise<void> {
    const last = await this.#current.catch(() => null);
    last?.device.destroy();
  }
}
