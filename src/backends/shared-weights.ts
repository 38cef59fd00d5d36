/** The constants that plans of one network share: which are the same, and which the core has already. */
import { encodePlan } from "../plan/encode.ts";
import type { Plan, PlanTensor } from "../plan/plan.ts";
import type { CoreWeights } from "./core.ts";
import type { DriverWeights, EncodedPlan } from "./driver.ts";

const ALIGNMENT = 64;

interface Constant {
  readonly key: number;
  /** Sessions by the use that they make of it, which decides the form that the core keeps; see usesOf. */
  readonly users: Map<string, number>;
}

/** A constant of a plan, and what the plan's steps use it for. */
interface Found {
  readonly constant: Constant;
  readonly uses: ReadonlySet<string>;
}

/**
 * Constants are equal where their memory, or their place in a file, is the same: plans of one network refer to the
 * arrays of one model. So nobody may write to these arrays as long as the weights exist.
 */
export class SharedWeights implements CoreWeights {
  readonly inner: DriverWeights;
  readonly #dispose: () => Promise<void>;
  /** By buffer, or place in a file, and byte offset; forgotten with the buffer. */
  readonly #known = new WeakMap<object, Map<number, Constant>>();
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
   * Makes a session from the plan without the constants that other sessions use in the same way, and, where the core does
   * not have one of those in the form that this plan needs, from the whole plan. `create` gives null in that case.
   * `release` is called when the session ends.
   */
  async create<T>(
    plan: Plan,
    create: (encoded: EncodedPlan) => Promise<T | null>,
  ): Promise<{ made: T | null; release: () => void }> {
    const uses = usesOf(plan);
    const found = plan.tensors.map((tensor, i) =>
      tensor.storage === "constant" ? { constant: this.#constant(plan, tensor), uses: uses[i]! } : null,
    );
    const isNew = ({ constant, uses }: Found): boolean =>
      uses.size === 0 || [...uses].some((use) => !constant.users.get(use));
    const made =
      (await create(encoded(plan, found, isNew))) ?? (await create(encoded(plan, found, () => true)));
    const held = made === null ? [] : found.filter((entry) => entry !== null);
    const count = (change: number): void => {
      for (const { constant, uses } of held)
        for (const use of uses) constant.users.set(use, (constant.users.get(use) ?? 0) + change);
    };
    count(1);
    const release = (): void => {
      count(-1);
      held.length = 0;
    };
    return { made, release };
  }

  #constant(plan: Plan, tensor: PlanTensor): Constant {
    const { offset, bytes } = plan.constants[partOf(plan, tensor)]!;
    const [owner, start] = bytes instanceof Uint8Array ? [bytes.buffer, bytes.byteOffset] : [bytes, 0];
    const places = this.#known.get(owner) ?? new Map<number, Constant>();
    this.#known.set(owner, places);
    const at = start + tensor.offset - offset;
    let constant = places.get(at);
    if (constant === undefined) {
      constant = { key: ++this.#keys, users: new Map() };
      places.set(at, constant);
    }
    return constant;
  }
}

/**
 * What the steps use each tensor for, as far as the core keeps other forms for other uses: the kind, and of a
 * convolution the algorithm. A use that is told too coarsely costs time only: the whole plan is sent then.
 */
function usesOf({ tensors, steps }: Plan): ReadonlySet<string>[] {
  const uses = tensors.map(() => new Set<string>());
  for (const step of steps) {
    const use = step.kind === "conv" ? `conv ${step.fields.algorithm}` : step.kind;
    for (const tensor of step.inputs) uses[tensor]?.add(use);
  }
  return uses;
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
  found: readonly (Found | null)[],
  wanted: (found: Found) => boolean,
): EncodedPlan {
  const moved = new Map<number, Plan["constants"][number]>();
  let constantBytes = 0;
  const tensors = plan.tensors.map((tensor, i) => {
    const entry = found[i];
    if (entry == null) return tensor;
    const { key } = entry.constant;
    if (!wanted(entry)) return { ...tensor, storage: "shared" as const, offset: 0, key };
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
