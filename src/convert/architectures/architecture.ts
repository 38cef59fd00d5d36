/** What a checkpoint's network becomes. One file per family; `families.ts` lists them. */
import type { OnnxModel } from "../../onnx/model.ts";
import type { Decoder, DetectorInput } from "../../package/manifest.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";
import type { ConfigTree } from "../config/read-yaml.ts";

interface Converted {
  readonly model: OnnxModel;
  /** Name of the input that takes the picture. */
  readonly inputName: string;
  /** Sentences for the manifest's provenance: what was recognised, what was assumed. */
  readonly notes: readonly string[];
}

/** Input [N, 3, H, W], output [N, outputs] logits, float32, standard ONNX. */
export interface ConvertedClassifier extends Converted {
  readonly kind: "classifier";
  readonly outputName: string;
  readonly outputs: number;
  /** The checkpoint is the reference's, whose inputs are known; else only the training code knows them. */
  readonly referenceInput: boolean;
}

/** Input [1, 3, H, W]; what comes out is for `decoder`, whose names are outputs of the model. */
export interface ConvertedDetector extends Converted {
  readonly kind: "detector";
  /** Name of the input f32 [2] that takes the picture's height and width, or null. */
  readonly sizeInputName: string | null;
  readonly input: DetectorInput;
  readonly decoder: Decoder;
  readonly classes: number;
  /** By class index, where the configuration names them. */
  readonly labels: readonly string[] | null;
}

interface Family<Kind extends string, Result> {
  readonly kind: Kind;
  /** Values of --arch that this family answers to. */
  readonly names: readonly string[];
  /**
   * Checks every tensor's name and shape against the architecture and builds the network.
   * @param config detectron2's configuration; classifiers have none
   * @throws SpineXRError INVALID_CHECKPOINT with the names and shapes that do not fit, INVALID_ARGUMENT with the setting
   *   that cannot be converted or contradicts the tensors, LIMIT_EXCEEDED
   */
  convert(state: StateDict, arch: string, config?: ConfigTree | null): Result;
}

export type ClassifierFamily = Family<"classifier", ConvertedClassifier>;
export type DetectorFamily = Family<"detector", ConvertedDetector>;
export type ArchitectureFamily = ClassifierFamily | DetectorFamily;
