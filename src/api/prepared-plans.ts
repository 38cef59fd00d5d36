/**
 * Executors of one network, one per signature of inputs, built when first needed and kept in a small
 * least-recently-used list. An executor that leaves the list while a run still uses it is freed after that run.
 */
import type { BackendInstance, Executor } from "../backends/backend.ts";
import type { Graph } from "../graph/graph.ts";
import { buildPlan } from "../plan/lower.ts";
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

  constructor(backend: BackendInstance, limit: number) {
    this.#backend = backend;
    this.#limit = limit;
  }

  /** Calls `work` with the executor for `key`, making it from `graph()` when it is not there. */
  async use<T>(
    key: string,
    graph: () => Graph,
    work: (plan: Plan, executor: Executor) => Promise<T>,
  ): Promise<T> {
    const pending = this.#entries.get(key) ?? this.#build(graph);
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

  /** Native bytes held by executors that exist now. */
  async bytes(): Promise<number> {
    const entries = await Promise.allSettled(this.#entries.values());
    return entries.reduce((sum, e) => sum + (e.status === "fulfilled" ? e.value.executor.bytes : 0), 0);
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => entry.then((e) => this.#evict(e)).catch(() => undefined)));
  }

  async #build(graph: () => Graph): Promise<Entry> {
    const plan = buildPlan(graph());
    return { plan, executor: await this.#backend.prepare(plan), users: 0, evicted: false };
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
