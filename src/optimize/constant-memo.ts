/**
 * The constants of one network over several builds of its graph. Each input size is imported and optimised anew, but
 * the weights do not depend on it: what was derived from them once is given back as the same arrays, so that later builds
 * compute nothing and executors can see that they have it already.
 *
 * Arrays given and got must never be written to.
 */
import { originOf } from "../bytes/stored.ts";
import type { TensorData } from "../graph/graph.ts";

/** What the last builds did not ask for is forgotten: an input size in use is built, then held by its plan. */
const KEPT_BUILDS = 4;
/** Bytes that are looked at to tell arrays of one length apart, before all are compared. */
const SAMPLES = 1024;

interface Known<T> {
  readonly data: T;
  lastBuild: number;
}

export class ConstantMemo {
  #build = 0;
  #ids = 0;
  readonly #idOf = new WeakMap<object, number>();
  readonly #byArray = new WeakMap<TensorData, Known<TensorData>>();
  /** By type, length and samples. */
  readonly #byContent = new Map<string, Known<TensorData>[]>();
  readonly #derived = new Map<string, Known<readonly TensorData[]>>();

  /** Starts a build: forgets what the builds before the last few have left behind. */
  begin(): void {
    this.#build++;
    const isOld = ({ lastBuild }: Known<unknown>): boolean => lastBuild < this.#build - KEPT_BUILDS;
    for (const [key, known] of this.#derived) if (isOld(known)) this.#derived.delete(key);
    for (const [key, list] of this.#byContent) {
      const young = list.filter((known) => !isOld(known));
      if (young.length === 0) this.#byContent.delete(key);
      else if (young.length < list.length) this.#byContent.set(key, young);
    }
  }

  /**
   * `data`, or the array of the same type and the same bytes that was seen before it. What was read from a file is known by
   * its place there and not held.
   */
  canonical<T extends TensorData>(data: T): T {
    if (originOf(data) !== undefined) return data;
    let known = this.#byArray.get(data);
    if (known === undefined) {
      const key = contentKey(data);
      const list = this.#byContent.get(key) ?? [];
      known = list.find((other) => sameBytes(other.data, data));
      if (known === undefined) {
        known = { data, lastBuild: 0 };
        this.#byContent.set(key, [...list, known]);
      }
      this.#byArray.set(data, known);
    }
    known.lastBuild = this.#build;
    return known.data as T;
  }

  /**
   * What `make` computes from `sources`, once. `what` names the computation with everything it depends on besides
   * the bytes of the sources, in their order.
   */
  derive<T extends readonly TensorData[]>(what: string, sources: readonly TensorData[], make: () => T): T {
    const key = `${what} ${sources.map((source) => this.#id(this.canonical(source))).join()}`;
    let known = this.#derived.get(key);
    if (known === undefined) {
      known = { data: make(), lastBuild: 0 };
      this.#derived.set(key, known);
    }
    known.lastBuild = this.#build;
    return known.data as T;
  }

  #id(data: TensorData): number {
    const key = originOf(data) ?? data;
    let id = this.#idOf.get(key);
    if (id === undefined) {
      id = this.#ids++;
      this.#idOf.set(key, id);
    }
    return id;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** FNV-1a over evenly spread bytes. */
function contentKey(data: TensorData): string {
  const bytes = bytesOf(data);
  const step = Math.max(1, Math.floor(bytes.length / SAMPLES));
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += step) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return `${data.constructor.name} ${bytes.length} ${hash}`;
}

function sameBytes(a: TensorData, b: TensorData): boolean {
  if (a.buffer === b.buffer && a.byteOffset === b.byteOffset) return a.byteLength === b.byteLength;
  if (a.constructor !== b.constructor || a.byteLength !== b.byteLength) return false;
  // Words where the type guarantees their alignment.
  const words = a.BYTES_PER_ELEMENT % 4 === 0;
  const view = (data: TensorData) =>
    words ? new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4) : bytesOf(data);
  const [x, y] = [view(a), view(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
