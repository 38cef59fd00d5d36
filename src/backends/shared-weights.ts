/** The constants that plans of one network share: which are the same, and which the core has already. */
import { encodePlan } from "../plan/encode.ts";
import type { Plan, PlanTensor } from "../plan/plan.ts";
import type { CoreWeights } from "./core.ts";
import type { DriverWeights, EncodedPlan } from "./driver.ts";

const ALIGNMENT = 64;

interface Constant {
  readonly key: number;
  /** Sessions that use it. */
  users: number;
}

/**
 * Constants are equal where their memory is the same: plans of one network refer to the arrays of one model. So nobody may
 * write to these arrays as long as the weights exist.
 */
export class SharedWeights implements CoreWeights {
  readonly inner: DriverWeights;
  readonly #dispose: () => Promise<void>;
  /** By buffer and byte offset; forgotten with the buffer. */
  readonly #known = new WeakMap<ArrayBufferLike, Map<number, Constant>>();
  #keys = 0;
  #disposed: Promise<void> | null = null;

  /** `dispose` destroys `inner` when that is allowed. */
  constructor(inner: DriverWeights, dispose: () => Promise<void>) {
    this.inner = inner;
    this.#dispose = dispose;
  }

  bytes(): Promise<number> {
    return this.#disposed === null ? this.inner.bytes() : Promise.resolve(0);
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  /**
   * Makes a session from the plan without the constants that other sessions use, and, where the core does not have one of
   * those in the form that this plan needs, from the whole plan. `create` gives null in that case.
   * `release` is called when the session ends.
   */
  async create<T>(
    plan: Plan,
    create: (encoded: EncodedPlan) => Promise<T | null>,
  ): Promise<{ made: T | null; release: () => void }> {
    const constants = plan.tensors.map((tensor) =>
      tensor.storage === "constant" ? this.#constant(plan, tensor) : null,
    );
    const made =
      (await create(encoded(plan, constants, ({ users }) => users === 0))) ??
      (await create(encoded(plan, constants, () => true)));
    const used = new Set(made === null ? [] : constants.filter((constant) => constant !== null));
    for (const constant of used) constant.users++;
    const release = (): void => {
      for (const constant of used) constant.users--;
      used.clear();
    };
    return { made, release };
  }

  #constant(plan: Plan, tensor: PlanTensor): Constant {
    const { offset, bytes } = plan.constants[partOf(plan, tensor)]!;
    const places = this.#known.get(bytes.buffer) ?? new Map<number, Constant>();
    this.#known.set(bytes.buffer, places);
    const at = bytes.byteOffset + tensor.offset - offset;
    let constant = places.get(at);
    if (constant === undefined) {
      constant = { key: ++this.#keys, users: 0 };
      places.set(at, constant);
    }
    return constant;
  }
}

/** The part of plan.constants in which a constant tensor lies: the last one that starts at or before it. */
function partOf({ constants }: Plan, { offset }: PlanTensor): number {
  let [low, high] = [0, constants.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (constants[middle]!.offset <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** The plan with keys for its constants; those that are not `wanted` are left out. */
function encoded(
  plan: Plan,
  found: readonly (Constant | null)[],
  wanted: (constant: Constant) => boolean,
): EncodedPlan {
  const moved = new Map<number, { offset: number; bytes: Uint8Array }>();
  let constantBytes = 0;
  const tensors = plan.tensors.map((tensor, i) => {
    const constant = found[i];
    if (constant == null) return tensor;
    const { key } = constant;
    if (!wanted(constant)) return { ...tensor, storage: "shared" as const, offset: 0, key };
    const part = partOf(plan, tensor);
    const { offset, bytes } = plan.constants[part]!;
    let place = moved.get(part);
    if (place === undefined) {
      place = { offset: Math.ceil(constantBytes / ALIGNMENT) * ALIGNMENT, bytes };
      moved.set(part, place);
      constantBytes = place.offset + bytes.length;
    }
    return { ...tensor, offset: place.offset + tensor.offset - offset, key };
  });
  const constants = [...moved.values()];
  return { plan: encodePlan({ ...plan, tensors, constants, constantBytes }), constants, constantBytes };
}
