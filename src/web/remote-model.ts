/** A Model whose engine is in the worker. */
import { SpineXRError } from "../api/errors.ts";
import type { CallOptions, DisplayOptions, Model, ScreenOptions } from "../api/model.ts";
import type { Abnormality, BackendReport, Finding, ScreeningReport } from "../api/results.ts";
import type { GrayImage } from "../backends/core.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { Manifest } from "../package/manifest.ts";
import type { TuningReport } from "../tune/choices.ts";
import type { Connection } from "./connection.ts";
import type { Method, ModelFacts } from "./messages.ts";
import { pack } from "./options.ts";

export class RemoteModel implements Model {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  readonly #connection: Connection;
  readonly #object: number;
  #tuning: TuningReport;
  #disposed: Promise<void> | null = null;

  constructor(connection: Connection, { object, manifest, backend, tuning }: ModelFacts) {
    this.#connection = connection;
    this.#object = object;
    this.manifest = manifest;
    this.backend = backend;
    this.#tuning = tuning;
  }

  get tuning(): TuningReport {
    return this.#tuning;
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
    this.#disposed ??= (async () => {
      if (!this.#connection.dead)
        await this.#connection.method(this.#object, "dispose", []).catch((error) => {
          if (!this.#connection.dead) throw error;
        });
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #call(method: Method, image: Radiograph, options: CallOptions): Promise<unknown> {
    if (this.#disposed !== null)
      throw new SpineXRError(
        "DISPOSED",
        "This model was used after dispose(); load it again with loadModel().",
      );
    const { plain, live } = pack(`model.${method}`, options);
    const { value, tuning } = await this.#connection.method(this.#object, method, [image, plain], live);
    if (tuning !== null) this.#tuning = tuning;
    return value;
  }
}
