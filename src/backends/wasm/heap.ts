/** Blocks of linear memory. Views are made anew for each access, since memory may have grown in between. */
import { type ErrorCode, SpineXRError } from "../../api/errors.ts";
import type { PortData } from "../core.ts";
import type { OutputSpec } from "../driver.ts";
import { readText, type WasmInstance } from "./instance.ts";

const ARRAYS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;

export class Heap {
  readonly #instance: WasmInstance;

  constructor(instance: WasmInstance) {
    this.#instance = instance;
  }

  get view(): DataView {
    return new DataView(this.#instance.memory.buffer);
  }

  /** A block, freed by the caller. Throws OUT_OF_MEMORY. */
  allocate(bytes: number): number {
    const pointer = bytes < 2 ** 31 ? this.#instance.exports.spx_alloc(Math.max(1, bytes)) >>> 0 : 0;
    if (pointer !== 0) return pointer;
    throw new SpineXRError(
      "OUT_OF_MEMORY",
      `WebAssembly memory has no room for ${bytes} more bytes; it ends at 2 GiB. Use a smaller network or picture, or the backend "cpu".`,
    );
  }

  free(pointer: number): void {
    this.#instance.exports.spx_free(pointer);
  }

  /** Runs `work` with blocks of the given sizes and frees them whatever happens. */
  with<T>(sizes: readonly number[], work: (...pointers: number[]) => T): T {
    const pointers: number[] = [];
    try {
      for (const size of sizes) pointers.push(this.allocate(size));
      return work(...pointers);
    } finally {
      for (const pointer of pointers) this.free(pointer);
    }
  }

  write(pointer: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.#instance.memory.buffer).set(bytes, pointer);
  }

  /** A copy. */
  read(pointer: number, { dtype, length }: OutputSpec): PortData {
    return this.readInto(pointer, new ARRAYS[dtype](length));
  }

  /** Fills `result`. */
  readInto<T extends PortData>(pointer: number, result: T): T {
    const bytes = new Uint8Array(this.#instance.memory.buffer, pointer, result.byteLength);
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(bytes);
    return result;
  }

  text(pointer: number): string {
    return readText(this.#instance, pointer);
  }

  /** Throws the core's sentence unless `status` is 0. */
  check(status: number): void {
    if (status === 0) return;
    const { spx_status_code, spx_last_error } = this.#instance.exports;
    throw new SpineXRError(this.text(spx_status_code(status)) as ErrorCode, this.text(spx_last_error()));
  }
}
