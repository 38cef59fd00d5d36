/** Screens what waits, one picture after another; the one that is looked at comes first. */
import type { AppState, AppStore, Item } from "../state/app.ts";
import { patchItem } from "../state/worklist.ts";
import type { EngineSession } from "./engine-session.ts";
import { isAborted, isFatal, toFailure } from "./failure.ts";
import type { Pictures } from "./pictures.ts";

export class Queue {
  readonly #app: AppStore;
  readonly #engine: EngineSession;
  readonly #pictures: Pictures;
  readonly #told: (item: Item) => void;
  #stop = new AbortController();
  #running = false;

  /** `told` hears of every picture that is through. */
  constructor(app: AppStore, engine: EngineSession, pictures: Pictures, told: (item: Item) => void) {
    this.#app = app;
    this.#engine = engine;
    this.#pictures = pictures;
    this.#told = told;
    app.watch(
      (state) => [state.items],
      (_items) => this.start(),
    );
  }

  start(): void {
    if (this.#running || next(this.#app.state) === null) return;
    this.#running = true;
    // Not within the change of state that began it.
    queueMicrotask(() => void this.#run());
  }

  /** The picture in work and all that wait are left as they are. */
  cancel(): void {
    this.#stop.abort();
    const items = this.#app.state.items.map(
      (item): Item =>
        item.status === "waiting" ? { ...item, status: item.report === null ? "stopped" : "done" } : item,
    );
    this.#app.set({ items });
  }

  async #run(): Promise<void> {
    for (let item = next(this.#app.state); item !== null; item = next(this.#app.state)) {
      this.#stop = new AbortController();
      if (!(await this.#screen(item, this.#stop.signal))) break;
    }
    this.#running = false;
  }

  /** False where the engine is not to be had. */
  async #screen(item: Item, signal: AbortSignal): Promise<boolean> {
    const { id } = item;
    patchItem(this.#app, id, { status: "working" });
    const settle = (patch: Partial<Item>): void => {
      patchItem(this.#app, id, patch);
      const now = this.#app.state.items.find((one) => one.id === id);
      if (now !== undefined) this.#told(now);
    };
    let model: Awaited<ReturnType<EngineSession["model"]>>;
    try {
      model = await this.#engine.model();
    } catch {
      // The panel of the engine says why.
      this.cancel();
      patchItem(this.#app, id, { status: item.report === null ? "stopped" : "done" });
      return false;
    }
    try {
      const { image } = await this.#pictures.get(item, model, signal);
      settle({ report: await model.screen(image, { signal }), status: "done", failure: null });
    } catch (error) {
      if (isAborted(error)) patchItem(this.#app, id, { status: item.report === null ? "stopped" : "done" });
      else settle({ status: "failed", failure: toFailure(error), report: null });
      if (isFatal(error) && !signal.aborted) await this.#engine.again();
    }
    return true;
  }
}

function next(state: Pick<AppState, "items" | "selected">): Item | null {
  const waiting = state.items.filter(({ status }) => status === "waiting");
  return waiting.find(({ id }) => id === state.selected) ?? waiting[0] ?? null;
}
