/** Where pictures are copied to, one at a time: fresh memory for each costs several times the copy. */
import type { Samples } from "./core.ts";

/** Bytes kept for the next picture; larger ones are copied to memory of their own. */
const MOST_STAGED = 2 ** 25;

export class Staging {
  #bytes = new ArrayBuffer(0);

  /** Valid until the next copy. Its buffer may be transferred; keep() then takes it back. */
  copy<T extends Samples>(samples: T): T {
    const { byteLength } = samples;
    if (byteLength > MOST_STAGED) return samples.slice() as T;
    if (byteLength > this.#bytes.byteLength) this.#bytes = new ArrayBuffer(byteLength);
    const copy = new (samples.constructor as new (b: ArrayBuffer, o: number, n: number) => T)(
      this.#bytes,
      0,
      samples.length,
    );
    copy.set(samples);
    return copy;
  }

  keep({ buffer }: Samples): void {
    if (buffer.byteLength <= MOST_STAGED) this.#bytes = buffer as ArrayBuffer;
  }
}
