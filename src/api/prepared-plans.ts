/**
 * Executors of one network, one per signature of inputs, built when first needed and kept in a small
 * least-recently-used list. An executor that leaves the list while a run still uses it is freed after that run.
 * All share one set of weights.
 */
import type { BackendInstance, Executor } from "../backends/backend.ts";
import type { CoreWeights } from "../backends/core.ts";
import type { Plan } from "../plan/plan.ts";

interface Entry {
  readonly plan: Plan;
  readonly executor: Executor;
  users: number;
  evicted: boolean;
}

export class PreparedPlans {
  readonly #backend: BackendInstance;
  readonly #limit: number;
  readonly #entries = new Map<string, Promise<Entry>>();
  readonly #hostSteps = new Set<string>();
  #weights: Promise<CoreWeights> | null = null;

  constructor(backend: BackendInstance, limit: number) {
    this.#backend = backend;
    this.#limit = limit;
  }

  /** Kinds of steps of the plans made so far that run on the core beside a device. */
  get hostSteps(): readonly string[] {
    return [...this.#hostSteps];
  }

  /** Calls `work` with the executor for `key`, making it from `plan()` when it is not there. */
  async use<T>(
    key: string,
    plan: () => Promise<Plan>,
    work: (plan: Plan, executor: Executor) => Promise<T>,
  ): Promise<T> {
    const pending = this.#entries.get(key) ?? this.#build(plan);
    this.#entries.delete(key);
    this.#entries.set(key, pending);
    let entry: Entry;
    try {
      entry = await pending;
    } catch (error) {
      if (this.#entries.get(key) === pending) this.#entries.delete(key);
      throw error;
    }
    entry.users++;
    try {
      await this.#trim();
      return await work(entry.plan, entry.executor);
    } finally {
      entry.users--;
      if (entry.evicted && entry.users === 0) await entry.executor.dispose();
    }
  }

  /** Native bytes held by executors that exist now; what they share counts once. */
  async bytes(): Promise<number> {
    const entries = await Promise.allSettled(this.#entries.values());
    const shared = (await (await this.#weights)?.bytes()) ?? 0;
    return entries.reduce((sum, e) => sum + (e.status === "fulfilled" ? e.value.executor.bytes : 0), shared);
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => entry.then((e) => this.#evict(e)).catch(() => undefined)));
    await this.#weights?.then((weights) => weights.dispose()).catch(() => undefined);
  }

  async #build(make: () => Promise<Plan>): Promise<Entry> {
    const plan = await make();
    const executor = await this.#backend.prepare(plan, await this.#shared());
    for (const kind of executor.hostSteps) this.#hostSteps.add(kind);
    return { plan, executor, users: 0, evicted: false };
  }

  #shared(): Promise<CoreWeights> {
    this.#weights ??= this.#backend.createWeights().catch((error: unknown) => {
      this.#weights = null;
      throw error;
    });
    return this.#weights;
  }

  async #trim(): Promise<void> {
    while (this.#entries.size > this.#limit) {
      const [key, pending] = this.#entries.entries().next().value as [string, Promise<Entry>];
      this.#entries.delete(key);
      await pending.then((entry) => this.#evict(entry)).catch(() => undefined);
    }
  }

  async #evict(entry: Entry): Promise<void> {
    entry.evicted = true;
    if (entry.users === 0) await entry.executor.dispose();
  }
}
