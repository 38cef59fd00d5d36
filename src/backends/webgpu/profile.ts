/** Time of each step on the GPU: two timestamps around its pass. */
import { type GpuDevice, USAGE } from "./device.ts";
import { Readback } from "./readback.ts";

/** Steps that one set of queries holds. */
const MOST_STEPS = 2048;

export class StepTimes {
  readonly ms: Float32Array;
  readonly #gpu: GpuDevice;
  readonly #queries: GPUQuerySet | null;
  readonly #timed: number[] = [];

  constructor(gpu: GpuDevice, steps: number) {
    this.ms = new Float32Array(steps);
    this.#gpu = gpu;
    const fits = gpu.hasTimestamps && steps > 0 && steps <= MOST_STEPS;
    this.#queries = fits ? gpu.device.createQuerySet({ type: "timestamp", count: steps * 2 }) : null;
  }

  /** Without queries the caller takes the time itself. */
  get hasQueries(): boolean {
    return this.#queries !== null;
  }

  /** What the pass of a step writes; null without queries. */
  pass(step: number): GPUComputePassTimestampWrites | null {
    if (this.#queries === null) return null;
    this.#timed.push(step);
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: step * 2,
      endOfPassWriteIndex: step * 2 + 1,
    };
  }

  /** Reads the queries, behind all passes. */
  async finish(): Promise<void> {
    const queries = this.#queries;
    if (queries === null) return;
    const { device } = this.#gpu;
    const bytes = this.ms.length * 16;
    const buffer = await this.#gpu.createBuffer("Timestamps", bytes, USAGE.query | USAGE.copySource);
    const readback = new Readback();
    try {
      const encoder = device.createCommandEncoder();
      encoder.resolveQuerySet(queries, 0, this.ms.length * 2, buffer, 0);
      device.queue.submit([encoder.finish()]);
      const [copy] = await readback.read(this.#gpu, buffer, [{ offset: 0, bytes }]);
      const times = new BigUint64Array(copy!.buffer);
      for (const step of this.#timed)
        this.ms[step] = Math.max(0, Number(times[step * 2 + 1]! - times[step * 2]!) / 1e6);
    } finally {
      readback.release();
      buffer.destroy();
      queries.destroy();
    }
  }
}
