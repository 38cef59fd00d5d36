/** The loaded model: one at a time, loaded anew for another choice of backend. */
import { listBackends, loadModel, type Model } from "../engine.ts";
import type { AppStore, Choice } from "../state/app.ts";
import { isAborted, toFailure } from "./failure.ts";
import { loadProgress } from "./load-progress.ts";
import { modelReference } from "./model-address.ts";

export class EngineSession {
  readonly #app: AppStore;
  #stop = new AbortController();
  #model: Promise<Model> | null = null;

  constructor(app: AppStore) {
    this.#app = app;
  }

  /** The model, loaded when it is first asked for. Rejects as loadModel(). */
  model(): Promise<Model> {
    this.#model ??= this.#load();
    return this.#model;
  }

  /** Lets go of the model and loads it with another choice, unless that is cancelled or changed again meanwhile. */
  async change(choice: Choice): Promise<void> {
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const app = this.#app;
    app.set({ choice, engine: { phase: "loading", text: "Starting the engine", share: null } });
    const old = this.#model;
    this.#model = null;
    const model = await old?.catch(() => null);
    await model?.dispose().catch(() => undefined);
    if (this.#stop !== stop) return;
    if (stop.signal.aborted) app.set({ engine: { phase: "stopped" } });
    else await this.model().catch(() => undefined);
  }

  /** As above, with the same choice: after an error. */
  again(): Promise<void> {
    return this.change(this.#app.state.choice);
  }

  cancel(): void {
    this.#stop.abort();
  }

  async #load(): Promise<Model> {
    const app = this.#app;
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    const stop = this.#stop;
    const current = (): boolean => this.#stop === stop;
    app.set({ engine: { phase: "loading", text: "Starting the engine", share: null } });
    const start = performance.now();
    try {
      const { backend, threads, wasmBuild, precision } = app.state.choice;
      const model = await loadModel(modelReference(), {
        backend: backend as "auto",
        threads,
        wasmBuild: wasmBuild as "auto",
        precision,
        signal: stop.signal,
        onProgress: (event) => {
          if (current()) app.set({ engine: { phase: "loading", ...loadProgress(event) } });
        },
      });
      if (stop.signal.aborted) {
        await model.dispose();
        throw Object.assign(new Error("Loading was cancelled."), { code: "ABORTED" });
      }
      const loadMs = performance.now() - start;
      const classes = model.manifest.detector?.labels ?? [];
      app.set({
        classes,
        engine: { phase: "ready", backend: model.backend, manifest: model.manifest, loadMs },
      });
      void this.#lookAround();
      return model;
    } catch (error) {
      if (current()) {
        this.#model = null;
        app.set({
          engine: isAborted(error) ? { phase: "stopped" } : { phase: "failed", failure: toFailure(error) },
        });
      }
      throw error;
    }
  }

  /** What else there is, for the list of backends. */
  async #lookAround(): Promise<void> {
    if (this.#app.state.backends.length > 0) return;
    const backends = await listBackends().catch(() => []);
    this.#app.set({ backends });
  }
}
