/** What a checkpoint's network becomes. One file per family; `families.ts` lists them. */
import type { OnnxModel } from "../../onnx/model.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";

export interface ConvertedNetwork {
  /** Input "image" [N, 3, H, W], output "logits" [N, outputs], float32, standard ONNX. */
  readonly model: OnnxModel;
  readonly inputName: string;
  readonly outputName: string;
  readonly outputs: number;
  /** Sentences for the manifest's provenance: what was recognised, what was assumed. */
  readonly notes: readonly string[];
}

export interface ArchitectureFamily {
  /** Values of --arch that this family answers to. */
  readonly names: readonly string[];
  /**
   * Checks every tensor's name and shape against the architecture and builds the network.
   * @throws SpineXRError INVALID_CHECKPOINT with the names and shapes that do not fit
   */
  convert(state: StateDict, arch: string): ConvertedNetwork;
}
