/** A loaded model package: screening, and its halves. */
import type { BackendInstance } from "../backends/backend.ts";
import type { GrayImage } from "../backends/core.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { Manifest } from "../package/manifest.ts";
import { type Classifier, runClassifiers, toAbnormality } from "../tasks/classify.ts";
import { decide } from "../tasks/decide.ts";
import { type Detector, type RawDetections, runDetector, toFindings } from "../tasks/detect.ts";
import { type Prepared, prepare, preparedSizes, withPrepared } from "../tasks/prepare.ts";
import { cutOut, toDisplay } from "../tasks/preprocess.ts";
import { runEach } from "../tasks/side-by-side.ts";
import type { TuningReport } from "../tune/choices.ts";
import { VERSION } from "../version.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { type Check, checkOptions, isObject, isOneOf, isSignal } from "./options.ts";
import type { Abnormality, BackendReport, Finding, Provenance, ScreeningReport, Timings } from "./results.ts";
import { StageClock } from "./stage-clock.ts";
import { joinReports } from "./tuning.ts";

/** How closely a screening is timed. */
export type TimingDetail = "stages" | "steps";

export interface CallOptions {
  /** Cancels between steps. */
  readonly signal?: AbortSignal;
}

export interface ScreenOptions extends CallOptions {
  /** "steps": report.timings also has every step of the networks, some hundred entries each. Default "stages". */
  readonly timings?: TimingDetail;
}

export interface DisplayOptions extends CallOptions {
  /** Which part: x0, y0, x1, y1 in whole pixels inside the picture. Default all of it. */
  readonly part?: readonly [number, number, number, number];
  /** Size of the result, 1 to 65536 pixels a side. Default that of the part. */
  readonly size?: { readonly height: number; readonly width: number };
}

const NO_CLASSIFIER =
  "This model package has no classifier: how likely the picture is abnormal is not known, and no finding was suppressed.";
const isBox: Check = (value) =>
  Array.isArray(value) && value.length === 4 && value.every(Number.isInteger)
    ? null
    : "four whole numbers, x0, y0, x1, y1, inside the picture";

const NO_DETECTOR = "This model package has no detector: lesions were not looked for, findings are empty.";

/**
 * Owns native memory and threads: `await using`, or call dispose(). Several calls may be in flight; they queue, where the
 * backend does not run networks side by side.
 * Node: yes. Browser: yes (in a worker, or with `worker: false` on the calling thread).
 */
export interface Model {
  readonly manifest: Manifest;
  readonly backend: BackendReport;
  /** Who chose the algorithms of the plans made so far. */
  readonly tuning: TuningReport;
  /**
   * Everything the package can say about one picture. For research use; not a diagnosis.
   * @throws SpineXRError ABORTED, DISPOSED, UNSUPPORTED_PIXELS; INVALID_PACKAGE where a detector's answer is not what
   * its manifest says
   */
  screen(image: Radiograph, options?: ScreenOptions): Promise<ScreeningReport>;
  /**
   * The classifier half alone.
   * @throws SpineXRError as screen(); INVALID_ARGUMENT where the package has no classifier
   */
  classify(image: Radiograph, options?: CallOptions): Promise<Abnormality>;
  /**
   * The detector half alone: all that was found, in falling score, before any decision rule.
   * @throws SpineXRError as screen(); INVALID_ARGUMENT where the package has no detector
   */
  detect(image: Radiograph, options?: CallOptions): Promise<Finding[]>;
  /**
   * The 8-bit grey picture that the networks are shown, for people: whole or a part, at its own size or resized
   * (bilinear, smoothed when it shrinks).
   * @throws SpineXRError as screen(); INVALID_ARGUMENT for a part that is not inside the picture, or a wrong size
   */
  display(image: Radiograph, options?: DisplayOptions): Promise<GrayImage>;
  /** Frees native memory and threads; waits for calls in progress. Idempotent. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A Model over our own engine, on the thread that calls it. */
export class EngineModel implements Model {
  readonly manifest: Manifest;
  readonly #report: Omit<BackendReport, "hostSteps">;
  readonly #instance: BackendInstance;
  readonly #classifiers: readonly Classifier[];
  readonly #detector: Detector | null;
  #disposed: Promise<void> | null = null;

  constructor(
    manifest: Manifest,
    instance: BackendInstance,
    classifiers: readonly Classifier[],
    detector: Detector | null,
    rejected: BackendReport["rejected"],
  ) {
    this.manifest = manifest;
    this.#instance = instance;
    this.#classifiers = classifiers;
    this.#detector = detector;
    const { name, device, isa, threads, arithmetic: precision } = instance;
    this.#report = { name, device, isa, threads, precision, rejected };
  }

  get backend(): BackendReport {
    const hostSteps = new Set(this.#networks().flatMap(({ backend }) => backend.hostSteps));
    return { ...this.#report, hostSteps: [...hostSteps] };
  }

  get tuning(): TuningReport {
    return joinReports(this.#networks().map(({ tuning }) => tuning));
  }

  #networks(): Classifier["network"][] {
    const detector = this.#detector === null ? [] : [this.#detector];
    return [...this.#classifiers, ...detector].map(({ network }) => network);
  }

  async screen(image: Radiograph, options: ScreenOptions = {}): Promise<ScreeningReport> {
    this.#check("screen", image, options, { timings: isOneOf(["stages", "steps"]) });
    const { signal, timings = "stages" } = options;
    const clock = new StageClock();
    const { classifiers, detector } = this.#timed(clock, timings === "steps");
    const start = performance.now();
    const prepared = await clock.time("prepare", preparedSizes, () =>
      prepare(this.#instance.image, image, { classifiers, detector }),
    );
    const { logits, raw } = await withPrepared(prepared, () =>
      this.#run(classifiers, detector, prepared, signal),
    );
    const found =
      detector && raw
        ? await clock.time("boxes", "", () =>
            toFindings(this.#instance.detection, detector.entry, raw, image),
          )
        : [];
    const { abnormal, findings, suppressed } = await clock.time("decision", "", () => {
      const abnormal = logits.length === 0 ? null : toAbnormality(this.manifest, logits);
      return { abnormal, ...decide(found, abnormal, this.manifest.thresholds) };
    });
    const total = image.decodeMs + performance.now() - start;
    return {
      abnormal,
      findings,
      suppressed,
      provenance: this.#provenance(image, prepared.conversion),
      timings: toTimings(image, clock, total),
      warnings: [
        ...this.manifest.warnings,
        ...image.warnings,
        ...(abnormal === null ? [NO_CLASSIFIER] : []),
        ...(detector === null ? [NO_DETECTOR] : []),
      ],
    };
  }

  async classify(image: Radiograph, options: CallOptions = {}): Promise<Abnormality> {
    this.#check("classify", image, options);
    if (this.#classifiers.length === 0) throw this.#missing("classifier");
    const halves = { classifiers: this.#classifiers, detector: null };
    const prepared = await prepare(this.#instance.image, image, halves);
    const { logits } = await withPrepared(prepared, () =>
      this.#run(this.#classifiers, null, prepared, options.signal),
    );
    return toAbnormality(this.manifest, logits);
  }

  async detect(image: Radiograph, options: CallOptions = {}): Promise<Finding[]> {
    this.#check("detect", image, options);
    const detector = this.#detector;
    if (detector === null) throw this.#missing("detector");
    const prepared = await prepare(this.#instance.image, image, { classifiers: [], detector });
    const { raw } = await withPrepared(prepared, () => this.#run([], detector, prepared, options.signal));
    return toFindings(this.#instance.detection, detector.entry, raw!, image);
  }

  async display(image: Radiograph, options: DisplayOptions = {}): Promise<GrayImage> {
    this.#check("display", image, options, { part: isBox, size: isObject });
    const { part, size } = options;
    const { pixels, height, width } = await toDisplay(this.#instance.image, image);
    const whole = { pixels, height, width };
    const shown = part === undefined ? whole : cutOut(whole, part);
    if (size === undefined || (size.height === shown.height && size.width === shown.width)) return shown;
    return this.#instance.image.resize(shown, size.height, size.width);
  }

  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      await Promise.all([...this.#classifiers, this.#detector].map((half) => half?.network.dispose()));
      await this.#instance.dispose();
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Both halves: one after the other, or at once where the backend does that. */
  async #run(
    classifiers: readonly Classifier[],
    detector: Detector | null,
    { classify, detect }: Prepared,
    signal: AbortSignal | undefined,
  ): Promise<{ logits: number[][]; raw: RawDetections | null }> {
    throwIfAborted(signal);
    const { sideBySide } = this.#instance;
    let [logits, raw]: [number[][], RawDetections | null] = [[], null];
    const works = [
      async () => {
        logits = await runClassifiers(classifiers, classify, { signal, sideBySide });
      },
      async () => {
        raw = detector && detect && (await runDetector(detector, detect, signal));
      },
    ];
    await runEach(works, sideBySide);
    return { logits, raw };
  }

  #timed(
    clock: StageClock,
    steps: boolean,
  ): { classifiers: readonly Classifier[]; detector: Detector | null } {
    const timed = <H extends Classifier | Detector>(half: H, stage: "classify" | "detect"): H => ({
      ...half,
      network: clock.network(half.network, stage, half.entry.name, steps),
    });
    return {
      classifiers: this.#classifiers.map((classifier) => timed(classifier, "classify")),
      detector: this.#detector && timed(this.#detector, "detect"),
    };
  }

  #check(
    caller: string,
    image: Radiograph,
    options: CallOptions,
    further: Readonly<Record<string, Check>> = {},
  ): void {
    checkOptions(`model.${caller}`, options, { signal: isSignal, ...further });
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

  #missing(half: "classifier" | "detector"): SpineXRError {
    return new SpineXRError(
      "INVALID_ARGUMENT",
      `The model package ${this.manifest.name} has no ${half}; load one that has, or call screen().`,
    );
  }

  #provenance(image: Radiograph, conversion: Provenance["conversion"]): Provenance {
    const { name, device, isa, threads } = this.#report;
    const { tuned, overridden } = this.tuning;
    return {
      engine: `spinexr ${VERSION}`,
      backend: name,
      device,
      isa,
      precision: this.#instance.arithmetic,
      threads,
      tuned,
      overridden,
      model: {
        name: this.manifest.name,
        version: this.manifest.version,
        files: Object.fromEntries(
          [
            ...this.manifest.classifiers,
            ...(this.manifest.detector === null ? [] : [this.manifest.detector]),
          ].map(({ file, sha256 }) => [file, sha256]),
        ),
      },
      thresholds: this.manifest.thresholds,
      pixelSha256: image.sha256,
      conversion,
      frame: image.frame,
    };
  }
}

function toTimings({ decodeStart, decodeMs }: Radiograph, clock: StageClock, total: number): Timings {
  return {
    decode: decodeMs,
    preprocess: clock.sum("prepare"),
    classify: clock.sum("classify"),
    detect: clock.sum("detect"),
    postprocess: clock.sum("boxes", "decision"),
    total,
    stages: [{ stage: "decode", name: "", start: decodeStart, ms: decodeMs }, ...clock.stages],
  };
}
