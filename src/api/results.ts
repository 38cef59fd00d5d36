/** What users get back. Everything here is plain data and survives JSON. */
import type { Arithmetic } from "../backends/backend.ts";
import type { RunProfile } from "./network.ts";

/** One member of the classifier ensemble. */
export interface MemberScore {
  readonly name: string;
  /** Sigmoid of the member's logit, 0..1. */
  readonly probability: number;
}

/** How likely the picture is abnormal, and whether that reaches the package's threshold. */
export interface Abnormality {
  /** 0..1, by the package's ensemble rule. */
  readonly probability: number;
  /** From the package's manifest; positive means probability >= threshold. */
  readonly threshold: number;
  readonly positive: boolean;
  readonly members: readonly MemberScore[];
}

/** One lesion. */
export interface Finding {
  readonly label: string;
  /** 0..1 */
  readonly score: number;
  /** x0, y0, x1, y1 in pixels of the original picture, clipped to it. */
  readonly box: readonly [number, number, number, number];
}

/** What made this answer: enough to repeat it. */
export interface Provenance {
  /** "spinexr 0.1.0" */
  readonly engine: string;
  readonly backend: string;
  readonly device: string;
  /** Kernel set: "avx512", "wasm_relaxed", ... */
  readonly isa: string;
  /** In what products were computed; sums and logits are float32 in all. */
  readonly precision: Arithmetic;
  readonly threads: number;
  /** Measurements chose algorithms: the same package may answer otherwise elsewhere, in the last digits. */
  readonly tuned: boolean;
  /** The caller chose algorithms. */
  readonly overridden: boolean;
  readonly model: {
    readonly name: string;
    readonly version: string;
    /** sha256 of each network file, by file name. */
    readonly files: Readonly<Record<string, string>>;
  };
  /** The package's operating points. */
  readonly thresholds: {
    /** A picture is called abnormal from this probability on. */
    readonly abnormal: number;
    /** Findings with a lower score are suppressed on a picture called normal. */
    readonly findingWhenNormal: number;
    /** By label, where the package has such: findings with a lower score are suppressed on any picture. */
    readonly finding?: Readonly<Record<string, number>>;
  };
  /** sha256 of the stored samples (int32 little endian, row-major). */
  readonly pixelSha256: string;
  /** Which way the picture became 8-bit grey: VOI transformation, the reference's fallback, or it was 8-bit grey already. */
  readonly conversion: "voi" | "fallback" | "none";
  readonly frame: number;
}

/**
 * Milliseconds. Networks that run side by side (on a GPU) each count from their start to their end, so that classify and
 * detect together may be more than passed. classify is 0 where the package has no classifier, detect where it has no detector.
 */
export interface Timings {
  readonly decode: number;
  readonly preprocess: number;
  readonly classify: number;
  readonly detect: number;
  readonly postprocess: number;
  readonly total: number;
  /** The same in finer grain, in the order of their end. */
  readonly stages: readonly StageTiming[];
}

/**
 * One piece of the work on a picture. decode; preprocess: prepare (stored samples to the inputs of all networks);
 * classify and detect: one for each network; postprocess: boxes (to the original picture), decision. What was not
 * needed is not there.
 */
export interface StageTiming {
  readonly stage: "decode" | "prepare" | "classify" | "detect" | "boxes" | "decision";
  /** The network's name in the package; "height x width, ..." of the resized pictures that prepare makes; otherwise "". */
  readonly name: string;
  /** Milliseconds on the clock of performance.now(), so that the stages of several pictures compare. */
  readonly start: number;
  /** Until it was done; where several pictures are in work, including the wait for others. */
  readonly ms: number;
  /** Of a network, when steps were asked for. */
  readonly run?: RunProfile;
}

export interface ScreeningReport {
  /** null: the package has no classifier. */
  readonly abnormal: Abnormality | null;
  /**
   * Lesions in falling score, as the decision rule leaves them: on a picture called normal those with a score of at
   * least thresholds.findingWhenNormal, otherwise (and without a classifier) all that the detector found.
   */
  readonly findings: readonly Finding[];
  /** What the decision rule dropped, in falling score: findings and these together are all that was found. */
  readonly suppressed: readonly Finding[];
  readonly provenance: Provenance;
  readonly timings: Timings;
  /** Sentences a reader must see: the package's own, the picture's, and what was not done. */
  readonly warnings: readonly string[];
}

/** What ran and what did not: an answer to "which backend is this?". */
export interface BackendReport {
  readonly name: string;
  readonly device: string;
  readonly isa: string;
  readonly threads: number;
  /** In what products are computed: "fp32", "fp32 with TF32", "fp16"; "" where it is the backend's own business (ort). */
  readonly precision: Arithmetic | "";
  /** Kinds of steps of the plans made so far that run on the shared core although the backend is another. */
  readonly hostSteps: readonly string[];
  /** Backends that were tried before this one, with the reason. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}
