/**
 * Where the tensors of a DenseNet lie in a state dict, and which dims they must have. Both spellings that
 * occur are known: the reference implementation's and torchvision's.
 */
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";
import { checkTensors } from "./expected-tensors.ts";

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
  readonly outputs: number;
}

/** Present in training checkpoints, without meaning for inference. */
const ignored = (name: string): boolean =>
  name.endsWith(".num_batches_tracked") || name === "pixel_mean" || name === "pixel_std";

const MAX_LAYERS = 1024;

/**
 * Recognises the spelling, infers the block structure, and checks every tensor. Widths (stem, growth, bottleneck,
 * transitions, outputs) are what the tensors say; only how they must fit together is fixed.
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
  const expected = expectedTensors(state, style, wanted);
  const structure =
    found.join() === wanted.join() ? "" : ` (${wanted.join("-")} layers; the file has ${found.join("-")})`;
  checkTensors(state, expected, `${arch}${structure}`, ignored);
  return { style, blocks: wanted, outputs: dim(state, `${style.linear}.weight`, 0) };
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

/** A width that is read rather than required; 0 where the tensor is missing, which the check reports by name. */
const dim = (state: StateDict, name: string, axis: number): number => state.get(name)?.dims[axis] ?? 0;

function expectedTensors(
  state: StateDict,
  style: KeyStyle,
  blocks: readonly number[],
): Map<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  const conv = (name: string, dims: readonly number[]) => expected.set(`${name}.weight`, dims);
  const norm = (name: string, channels: number) => {
    for (const part of NORM_PARTS) expected.set(`${name}.${part}`, [channels]);
  };
  let channels = dim(state, `${style.stemConv}.weight`, 0);
  const bottleneck = dim(state, `${style.layer(1, 1)}.conv1.weight`, 0);
  const growth = dim(state, `${style.layer(1, 1)}.conv2.weight`, 0);
  conv(style.stemConv, [channels, 3, 7, 7]);
  norm(style.stemNorm, channels);
  blocks.forEach((layers, index) => {
    for (let layer = 1; layer <= layers; layer++) {
      const name = style.layer(index + 1, layer);
      norm(`${name}.norm1`, channels);
      conv(`${name}.conv1`, [bottleneck, channels, 1, 1]);
      norm(`${name}.norm2`, bottleneck);
      conv(`${name}.conv2`, [growth, bottleneck, 3, 3]);
      channels += growth;
    }
    if (index + 1 === blocks.length) return;
    const name = style.transition(index + 1);
    const reduced = dim(state, `${name}.conv.weight`, 0);
    norm(`${name}.norm`, channels);
    conv(`${name}.conv`, [reduced, channels, 1, 1]);
    channels = reduced;
  });
  norm(style.finalNorm, channels);
  const outputs = dim(state, `${style.linear}.weight`, 0);
  expected.set(`${style.linear}.weight`, [outputs, channels]);
  expected.set(`${style.linear}.bias`, [outputs]);
  return expected;
}

/** In the order of the inputs of ONNX BatchNormalization. */
export const NORM_PARTS = ["weight", "bias", "running_mean", "running_var"] as const;
