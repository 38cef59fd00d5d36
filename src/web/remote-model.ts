/** A Model whose engine is in the worker. */
import type { CallOptions, DisplayOptions, Model, ScreenOptions } from "../api/model.ts";
import type { Abnormality, BackendReport, Finding, ScreeningReport } from "../api/results.ts";
import type { GrayImage } from "../backends/core.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { Manifest } from "../package/manifest.ts";
import type { TuningReport } from "../tune/choices.ts";
import type { Method, ModelFacts } from "./messages.ts";
import { pack } from "./options.ts";
import type { RemoteObject } from "./remote-object.ts";

export class RemoteModel implements Model {
  readonly #object: RemoteObject<ModelFacts>;

  constructor(object: RemoteObject<ModelFacts>) {
    this.#object = object;
  }

  get manifest(): Manifest {
    return this.#object.facts.manifest;
  }

  get backend(): BackendReport {
    return this.#object.state.backend;
  }

  get tuning(): TuningReport {
    return this.#object.state.tuning;
  }

  screen(image: Radiograph, options: ScreenOptions = {}): Promise<ScreeningReport> {
    return this.#call("screen", image, options) as Promise<ScreeningReport>;
  }

  classify(image: Radiograph, options: CallOptions = {}): Promise<Abnormality> {
    return this.#call("classify", image, options) as Promise<Abnormality>;
  }

  detect(image: Radiograph, options: CallOptions = {}): Promise<Finding[]> {
    return this.#call("detect", image, options) as Promise<Finding[]>;
  }

  display(image: Radiograph, options: DisplayOptions = {}): Promise<GrayImage> {
    return this.#call("display", image, options) as Promise<GrayImage>;
  }

  dispose(): Promise<void> {
    return this.#object.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #call(method: Method, image: Radiograph, options: CallOptions): Promise<unknown> {
    const { plain, live } = pack(`model.${method}`, options);
    return this.#object.call(method, [image, plain], live);
  }
}
