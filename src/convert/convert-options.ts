/** What a conversion is given, and where its files go. */
import type { OnProgress } from "../api/progress.ts";
import type { Manifest, ModelInput } from "../package/manifest.ts";

export interface SourceFile {
  /** For messages and the manifest's provenance; not opened. */
  readonly fileName: string;
  /** Called once, when this file's turn has come. */
  load(): Promise<Uint8Array>;
}

/** Receives the files of the package, model.json last. */
export interface PackageWriter {
  write(file: string, bytes: Uint8Array): Promise<void>;
}

export interface ConvertOptions {
  /** Several classifiers make an ensemble; at most one is a detector. */
  readonly checkpoints: readonly SourceFile[];
  /** One per checkpoint, or one for all. */
  readonly archs: readonly string[];
  /** detectron2's configuration of the detector, as YAML. Default: the defaults of its architecture. */
  readonly config?: SourceFile;
  /** Name of the package: lower-case letters, digits, dots, underscores, hyphens. */
  readonly name: string;
  /** How weights are stored. "float16" halves the package and rounds each weight by up to 2^-11. Default "float32". */
  readonly weights?: "float32" | "float16";
  /** Probability from which a picture is called abnormal, 0 to 1. Default 0.28. */
  readonly threshold?: number;
  /** Meaning of each logit of the classifiers, the abnormality first. Default ["abnormal"]. */
  readonly labels?: readonly string[];
  /** Names of the detector's classes where its configuration has none. Default: the reference's, for as many classes. */
  readonly detectorLabels?: readonly string[];
  /** What differs from the reference's input: 224 x 224, BGR minus the ImageNet mean, on the scale 0 to 255. */
  readonly input?: Partial<ModelInput>;
  /** What the converter cannot know; each has a default that says so. */
  readonly about?: Partial<Pick<Manifest, "version" | "license" | "intendedUse" | "warnings">> & {
    readonly source?: string;
    readonly training?: string;
  };
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}
