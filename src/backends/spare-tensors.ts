/** Memory of network inputs that nobody reads any more, for the next ones: new pages cost more than what is written to them. */
import { allocate } from "./port-checks.ts";

/** Bytes kept: the inputs of one picture. The next is prepared while networks read the last one, so one set lies idle. */
const MOST_SPARE = 2 ** 24;

export class SpareTensors {
  /** The latest last. */
  #spare: Float32Array[] = [];

  /** Of unknown content where it was used before. Throws OUT_OF_MEMORY. */
  take(length: number): Float32Array {
    const at = this.#spare.findLastIndex((tensor) => tensor.length === length);
    return at < 0 ? (allocate({ dtype: "f32", length }) as Float32Array) : this.#spare.splice(at, 1)[0]!;
  }

  /** Hands tensors out. What comes back gives them back; again, it does nothing, so that no tensor is given to two. */
  lend(tensors: readonly Float32Array[]): () => void {
    let lent: readonly Float32Array[] = tensors;
    return () => {
      const known = [...this.#spare, ...lent];
      lent = [];
      let bytes = 0;
      this.#spare = known.reverse().filter((tensor) => {
        // A tensor that was transferred away has no length left.
        if (tensor.length === 0 || bytes + tensor.byteLength > MOST_SPARE) return false;
        bytes += tensor.byteLength;
        return true;
      });
      this.#spare.reverse();
    };
  }
}
