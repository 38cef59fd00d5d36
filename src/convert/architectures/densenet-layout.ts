/**
 * Where the tensors of a DenseNet lie in a state dict. Both spellings that occur are known: the reference
 * implementation's and torchvision's.
 */
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";

/** Names of modules; tensors are these plus ".weight", ".bias", ".running_mean", ".running_var". */
interface KeyStyle {
  readonly name: "reference" | "torchvision";
  readonly stemConv: string;
  readonly stemNorm: string;
  readonly layer: (block: number, layer: number) => string;
  readonly transition: (block: number) => string;
  readonly finalNorm: string;
  readonly linear: string;
  /** torchvision applies a ReLU between the last normalisation and the pooling; the reference has none. */
  readonly finalRelu: boolean;
}

const STYLES: readonly KeyStyle[] = [
  {
    name: "reference",
    stemConv: "backbone.stem.0",
    stemNorm: "backbone.stem.1",
    layer: (block, layer) => `backbone.block${block}.denselayer${layer}`,
    transition: (block) => `backbone.transition${block}`,
    finalNorm: "backbone.norm5",
    linear: "head.heads.0",
    finalRelu: false,
  },
  {
    name: "torchvision",
    stemConv: "features.conv0",
    stemNorm: "features.norm0",
    layer: (block, layer) => `features.denseblock${block}.denselayer${layer}`,
    transition: (block) => `features.transition${block}`,
    finalNorm: "features.norm5",
    linear: "classifier",
    finalRelu: true,
  },
];

export interface DenseNetLayout {
  readonly style: KeyStyle;
  /** Layers per block. */
  readonly blocks: readonly number[];
  /** For messages: where the file has other blocks than were asked for. Else "". */
  readonly structure: string;
}

/** Present in training checkpoints, without meaning for inference. */
export const ignoredTensor = (name: string): boolean =>
  name.endsWith(".num_batches_tracked") || name === "pixel_mean" || name === "pixel_std";

const MAX_LAYERS = 1024;

/**
 * Recognises the spelling and infers the block structure. Widths (stem, growth, bottleneck, transitions, outputs) are
 * what the tensors say; only how they must fit together is fixed.
 *
 * @param blocks layers per block, or null to accept what the names say
 * @throws SpineXRError INVALID_CHECKPOINT
 */
export function findDenseNet(
  state: StateDict,
  arch: string,
  blocks: readonly number[] | null,
): DenseNetLayout {
  const style = STYLES.find(({ stemConv }) => state.has(`${stemConv}.weight`));
  if (style === undefined) {
    return invalidCheckpoint(
      `The checkpoint does not look like ${arch}: it has neither of ` +
        `${STYLES.map(({ stemConv }) => `"${stemConv}.weight"`).join(", ")}. Its first tensors are ` +
        `${[...state.keys()].slice(0, 5).join(", ")}.`,
    );
  }
  const found = countLayers(state, style);
  if (found.length === 0) invalidCheckpoint(`The checkpoint has a DenseNet's stem but no dense blocks.`);
  const wanted = blocks ?? found;
  const structure =
    found.join() === wanted.join() ? "" : ` (${wanted.join("-")} layers; the file has ${found.join("-")})`;
  return { style, blocks: wanted, structure };
}

function countLayers(state: StateDict, style: KeyStyle): number[] {
  const blocks: number[] = [];
  for (let block = 1; block <= MAX_LAYERS; block++) {
    let layers = 0;
    while (layers < MAX_LAYERS && state.has(`${style.layer(block, layers + 1)}.conv1.weight`)) layers++;
    if (layers === 0) break;
    blocks.push(layers);
  }
  return blocks;
}
