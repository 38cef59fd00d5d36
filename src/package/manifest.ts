/**
 * Types of `model.json`; `models/manifest.schema.json` is the normative schema (kept equal by a test). No label,
 * mean, threshold or anchor lives in code: all of it is here.
 */
export interface FileRef {
  /** Relative to the package folder, inside it, no "..". */
  readonly file: string;
  readonly sha256: string;
}

export interface ModelInput {
  readonly height: number;
  readonly width: number;
  /** "stretch": to height x width, aspect ratio ignored. */
  readonly resize: "stretch";
  /** Order of the three (equal) grey planes; matters only for mean and std. */
  readonly colorOrder: "BGR" | "RGB";
  /** On the 0..255 scale, in colorOrder. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export interface ClassifierEntry extends FileRef {
  readonly name: string;
  readonly architecture: string;
  readonly input: ModelInput;
  /** Names of the ONNX input [N, 3, H, W] and of the output logits [N, labels]. */
  readonly inputName: string;
  readonly outputName: string;
  readonly labels: readonly string[];
}

export interface SelfTest extends FileRef {
  /** An 8-bit grey PNG in the package, and what each classifier must answer. */
  readonly logits: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: number;
}

export interface Manifest {
  readonly schema: "spinexr.model/1";
  readonly name: string;
  readonly version: string;
  readonly kind: "vindr-spinexr";
  readonly license: string;
  readonly intendedUse: string;
  readonly provenance: { readonly source: string; readonly training: string; readonly notes?: string };
  /** Shown with every report made by this package: "random weights: answers mean nothing". */
  readonly warnings: readonly string[];
  readonly classifiers: readonly ClassifierEntry[];
  /** null: the package has no detector. */
  readonly detector: null;
  readonly ensemble: { readonly rule: "mean-logit"; readonly clip: number };
  readonly thresholds: { readonly abnormal: number };
  readonly selfTest: SelfTest | null;
}
