/** Pieces of a GPU's buffer brought to the processor: all of them with one map. */
import { type GpuDevice, USAGE } from "./device.ts";

export interface Piece {
  /** Bytes, multiples of 4. */
  readonly offset: number;
  readonly bytes: number;
}

/** A buffer to map, kept for the next run of the same size. */
export class Readback {
  #buffer: GPUBuffer | null = null;
  #gpu: GpuDevice | null = null;

  /**
   * Copies of the pieces, in their order, once everything submitted before is done. `more` adds commands in front.
   * @throws SpineXRError DEVICE_LOST, OUT_OF_MEMORY, INTERNAL
   */
  async read(gpu: GpuDevice, from: GPUBuffer, pieces: readonly Piece[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    const buffer = await this.#take(gpu, total);
    const encoder = gpu.device.createCommandEncoder();
    let at = 0;
    for (const { offset, bytes } of pieces) {
      if (bytes > 0) encoder.copyBufferToBuffer(from, offset, buffer, at, bytes);
      at += bytes;
    }
    gpu.device.queue.submit([encoder.finish()]);
    return gpu.guard(async () => {
      await buffer.mapAsync(1, 0, Math.max(4, total)); // GPUMapMode.READ
      const all = new Uint8Array(buffer.getMappedRange(0, Math.max(4, total)));
      at = 0;
      const copies = pieces.map(({ bytes }) => {
        at += bytes;
        return all.slice(at - bytes, at);
      });
      buffer.unmap();
      return copies;
    });
  }

  async #take(gpu: GpuDevice, bytes: number): Promise<GPUBuffer> {
    if (this.#buffer !== null && this.#gpu === gpu && this.#buffer.size >= bytes) return this.#buffer;
    this.release();
    this.#gpu = gpu;
    this.#buffer = await gpu.createBuffer("Outputs", bytes, USAGE.mapRead | USAGE.copyTarget);
    return this.#buffer;
  }

  release(): void {
    this.#buffer?.destroy();
    this.#buffer = null;
  }
}
