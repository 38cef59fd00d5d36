/** Tensors that stay on a device: what pictures become where networks run on a GPU. */
import type { PortData } from "./core.ts";

/** What an executor takes for an input. A device's tensors only where that device runs it. */
export type RunInput = PortData | DeviceTensor;

export class DeviceTensor {
  readonly dtype = "f32";
  /** Elements. */
  readonly length: number;
  readonly #home: object;
  readonly #destroy: (handle: unknown) => void;
  #handle: unknown;

  /** `home`: what may read it. `destroy` frees the handle's memory, behind runs that read it. */
  constructor(length: number, home: object, handle: unknown, destroy: (handle: unknown) => void) {
    this.length = length;
    this.#home = home;
    this.#handle = handle;
    this.#destroy = destroy;
  }

  /** Why a backend whose tensors belong to `home` cannot read it; null where it can. */
  problem(home: object | null): string | null {
    if (home !== this.#home) return "a tensor of another backend's device";
    return this.#handle === null ? "a tensor that was released" : null;
  }

  /** Null where it was released. */
  get handle(): unknown {
    return this.#handle;
  }

  /** Frees the memory on the device; runs that read it already end first. Idempotent. */
  release(): void {
    const handle = this.#handle;
    this.#handle = null;
    if (handle !== null) this.#destroy(handle);
  }
}
