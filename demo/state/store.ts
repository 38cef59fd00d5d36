/** State in one place: parts of it are watched, changes go round at once. */
export class Store<S extends object> {
  #state: S;
  readonly #watchers = new Set<() => void>();

  constructor(initial: S) {
    this.#state = initial;
  }

  get state(): S {
    return this.#state;
  }

  set(patch: Partial<S>): void {
    this.#state = { ...this.#state, ...patch };
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Calls `react` now, and whenever one of the picked values is another. Returns what ends it. */
  watch<const T extends readonly unknown[]>(
    pick: (state: S) => T,
    react: (...values: T) => void,
  ): () => void {
    let last = pick(this.#state);
    const watcher = (): void => {
      const next = pick(this.#state);
      if (next.every((value, i) => Object.is(value, last[i]))) return;
      last = next;
      react(...next);
    };
    this.#watchers.add(watcher);
    react(...last);
    return () => this.#watchers.delete(watcher);
  }
}
