/** The worker's end: keeps models and networks by number and does what the page asks. */
import { SpineXRError } from "../api/errors.ts";
import type { Model } from "../api/model.ts";
import type { Network, RunProfile } from "../api/network.ts";
import type { ProgressEvent } from "../api/progress.ts";
import type { ScreeningReport } from "../api/results.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { WorkerScope } from "../platform/worker-scope.ts";
import type { TuningStore } from "../tune/store.ts";
import { shiftImage, shiftProfile, shiftReport } from "./clock.ts";
import * as engine from "./engine.ts";
import type { Answer, Failure, HostStart, Marks, Request } from "./messages.ts";
import { buffersIn } from "./transfer.ts";

/** Serves the page until the worker ends. */
export function serve(scope: WorkerScope<HostStart>): void {
  const host = new Host(scope, performance.timeOrigin - scope.data.timeOrigin);
  scope.onMessage((message) => host.receive(message as Request));
}

type Work = { readonly value: unknown; readonly holder: Model | Network | null };

class Host {
  readonly #scope: WorkerScope<HostStart>;
  /** Milliseconds to add to times of this worker. */
  readonly #offset: number;
  readonly #objects = new Map<number, Model | Network>();
  readonly #running = new Map<number, AbortController>();
  readonly #asked = new Map<number, { resolve(text: string | null): void; reject(error: Error): void }>();
  #count = 0;

  constructor(scope: WorkerScope<HostStart>, offset: number) {
    this.#scope = scope;
    this.#offset = offset;
  }

  receive(request: Request): void {
    if ("abort" in request) this.#running.get(request.id)?.abort();
    else if ("ask" in request) {
      const asked = this.#asked.get(request.ask);
      this.#asked.delete(request.ask);
      if (request.problem === null) asked?.resolve(request.text);
      else asked?.reject(new Error(request.problem));
    } else void this.#answer(request);
  }

  async #answer(request: Extract<Request, { args: unknown }>): Promise<void> {
    const { id } = request;
    const stop = new AbortController();
    this.#running.set(id, stop);
    try {
      const { value, holder } =
        "call" in request ? await this.#call(request, stop.signal) : await this.#method(request, stop.signal);
      const state = holder && { backend: holder.backend, tuning: holder.tuning };
      this.#post({ id, value, state }, buffersIn(value));
    } catch (error) {
      this.#post({ id, failure: failureOf(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  async #call(
    { id, call, args, marks }: Extract<Request, { call: unknown }>,
    signal: AbortSignal,
  ): Promise<Work> {
    const options = { ...(args[1] as object), ...this.#live(id, marks), signal };
    switch (call) {
      case "loadModel": {
        const model = await engine.loadModel(args[0] as string, options);
        const { manifest, backend, tuning } = model;
        return { value: { object: this.#keep(model), manifest, backend, tuning }, holder: null };
      }
      case "loadNetwork": {
        const network = await engine.loadNetwork(args[0] as Uint8Array, options);
        const { inputs, backend, tuning } = network;
        return { value: { object: this.#keep(network), inputs, backend, tuning }, holder: null };
      }
      case "readImage": {
        const image = await engine.readImage(args[0] as Uint8Array, options);
        return { value: shiftImage(image, this.#offset), holder: null };
      }
      case "listBackends":
        return { value: await engine.listBackends(), holder: null };
    }
  }

  async #method(request: Extract<Request, { method: unknown }>, signal: AbortSignal): Promise<Work> {
    const { object, method, args } = request;
    const holder = this.#objects.get(object);
    if (holder === undefined)
      throw new SpineXRError("DISPOSED", "It was used after dispose(); load it again.");
    if (method === "dispose") {
      this.#objects.delete(object);
      await holder.dispose();
      return { value: null, holder };
    }
    const options = { ...(args[1] as object), signal };
    return { value: await this.#run(holder, method, args[0], options), holder };
  }

  async #run(
    holder: Model | Network,
    method: Exclude<Extract<Request, { method: unknown }>["method"], "dispose">,
    first: unknown,
    options: { signal: AbortSignal },
  ): Promise<unknown> {
    const work = (holder as unknown as Record<string, (first: unknown, options: object) => Promise<unknown>>)[
      method
    ]!;
    const pictures = method !== "run" && method !== "profile" && typeof first === "object" && first !== null;
    const given = pictures ? shiftImage(first as Radiograph, -this.#offset) : first;
    const value = await work.call(holder, given, options);
    if (method === "screen") return shiftReport(value as ScreeningReport, this.#offset);
    return method === "profile" ? shiftProfile(value as RunProfile, this.#offset) : value;
  }

  #keep(object: Model | Network): number {
    this.#objects.set(++this.#count, object);
    return this.#count;
  }

  /** What stayed in the page, as functions that ask it. */
  #live(id: number, { progress, store }: Marks) {
    const ask = (name: string, text: string | null): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const question = ++this.#count;
        this.#asked.set(question, { resolve, reject });
        this.#post({ id, ask: question, name, text });
      });
    const tuningStore: TuningStore = {
      read: (name) => ask(name, null),
      write: async (name, text) => void (await ask(name, text)),
    };
    return {
      ...(progress ? { onProgress: (event: ProgressEvent) => this.#post({ id, progress: event }) } : {}),
      ...(store ? { tuningStore } : {}),
    };
  }

  #post(answer: Answer, transfer: readonly ArrayBuffer[] = []): void {
    this.#scope.post(answer, transfer);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof SpineXRError) return { code: error.code, message: error.message };
  return {
    code: error instanceof RangeError ? "OUT_OF_MEMORY" : "INTERNAL",
    message: `The engine failed (${error instanceof Error ? error.message : String(error)}); load the model again and report this.`,
  };
}
