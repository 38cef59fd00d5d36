/** A loaded model package: screening, and its halves. */
import type { BackendInstance } from "../backends/backend.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { Manifest } from "../package/manifest.ts";
import { type Classifier, prepareInputs, runClassifiers, toAbnormality } from "../tasks/classify.ts";
import { toDisplay } from "../tasks/preprocess.ts";
import { VERSION } from "../version.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { checkOptions, isSignal } from "./options.ts";
import type { Abnormality, BackendReport, Provenance, ScreeningReport } from "./results.ts";

export interface ScreenOptions {
  /** Cancels between steps. */
  readonly signal?: AbortSignal;
}

const NO_DETECTOR = "This model package has no detector: lesions were not looked for, findings are empty.";

/**
 * Owns native memory and threads: `await using`, or call dispose(). Several calls may be in flight; they queue.
 * Node: yes. Browser: yes (worker).
 */
export class Model {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  readonly #instance: BackendInstance;
  readonly #classifiers: readonly Classifier[];
  #disposed: Promise<void> | null = null;

  /** @internal use loadModel() */
  constructor(
    manifest: Manifest,
    instance: BackendInstance,
    classifiers: readonly Classifier[],
    rejected: BackendReport["rejected"],
  ) {
    this.manifest = manifest;
    this.#instance = instance;
    this.#classifiers = classifiers;
    const { name, device, isa, threads } = instance;
    this.backend = { name, device, isa, threads, hostSteps: [], rejected };
  }

  /**
   * Everything the package can say about one picture. For research use; not a diagnosis.
   * @throws SpineXRError ABORTED, DISPOSED, UNSUPPORTED_PIXELS
   */
  async screen(image: Radiograph, options: ScreenOptions = {}): Promise<ScreeningReport> {
    this.#check("screen", image, options);
    const start = performance.now();
    const display = await toDisplay(this.#instance.image, image);
    throwIfAborted(options.signal);
    const inputs = await prepareInputs(this.#instance.image, display, this.#classifiers);
    const prepared = performance.now();
    const logits = await runClassifiers(this.#classifiers, inputs, options.signal);
    const classified = performance.now();
    const abnormal = toAbnormality(this.manifest, logits);
    const end = performance.now();
    return {
      abnormal,
      findings: [],
      provenance: this.#provenance(image, display.conversion),
      timings: {
        decode: image.decodeMs,
        preprocess: prepared - start,
        classify: classified - prepared,
        detect: 0,
        postprocess: end - classified,
        total: image.decodeMs + end - start,
      },
      warnings: [
        ...this.manifest.warnings,
        ...image.warnings,
        ...(this.manifest.detector === null ? [NO_DETECTOR] : []),
      ],
    };
  }

  /** The classifier half alone. */
  async classify(image: Radiograph, options: ScreenOptions = {}): Promise<Abnormality> {
    this.#check("classify", image, options);
    const display = await toDisplay(this.#instance.image, image);
    const inputs = await prepareInputs(this.#instance.image, display, this.#classifiers);
    return toAbnormality(this.manifest, await runClassifiers(this.#classifiers, inputs, options.signal));
  }

  /** Frees native memory and threads; waits for calls in progress. Idempotent. */
  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      await Promise.all(this.#classifiers.map(({ network }) => network.dispose()));
      await this.#instance.dispose();
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #check(caller: string, image: Radiograph, options: ScreenOptions): void {
    checkOptions(`model.${caller}`, options, { signal: isSignal });
    if (this.#disposed !== null)
      throw new SpineXRError(
        "DISPOSED",
        "This model was used after dispose(); load it again with loadModel().",
      );
    if (typeof image !== "object" || image === null || !("samples" in image))
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `model.${caller} expects what readImage() returns; call readImage(source) first.`,
      );
    throwIfAborted(options.signal);
  }

  #provenance(image: Radiograph, conversion: Provenance["conversion"]): Provenance {
    const { name, device, isa, threads } = this.backend;
    return {
      engine: `spinexr ${VERSION}`,
      backend: name,
      device,
      isa,
      precision: "fp32",
      threads,
      model: {
        name: this.manifest.name,
        version: this.manifest.version,
        files: Object.fromEntries(this.manifest.classifiers.map((entry) => [entry.file, entry.sha256])),
      },
      pixelSha256: image.sha256,
      conversion,
      frame: image.frame,
    };
  }
}
