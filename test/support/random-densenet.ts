/** State dicts of small DenseNets with random weights, whose activations keep a sensible size. */
import type { TestState, TestTensor } from "./torch-writer.ts";

export interface DenseNetSize {
  readonly blocks: readonly number[];
  readonly init: number;
  readonly growth: number;
  readonly bottleneck: number;
  readonly outputs: number;
  readonly style: "reference" | "torchvision";
}

export const TINY: DenseNetSize = {
  blocks: [2, 2, 2, 2],
  init: 16,
  growth: 8,
  bottleneck: 32,
  outputs: 1,
  style: "reference",
};

/**
 * @param next numbers in [0, 1). Only sums and products are used, so that the same numbers give the same weights
 *   everywhere.
 */
export function randomDenseNet(size: DenseNetSize, next: () => number): TestState {
  const state = new Map<string, TestTensor>();
  /** Nearly normal with deviation 1: the sum of three uniforms of variance 1/3 each. */
  const normal = (): number => 2 * (next() + next() + next()) - 3;
  const add = (name: string, dims: readonly number[], value: () => number): void => {
    state.set(name, { dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, value) });
  };
  const conv = (name: string, output: number, input: number, kernel: number): void => {
    const scale = Math.sqrt(2 / (input * kernel * kernel));
    add(`${name}.weight`, [output, input, kernel, kernel], () => normal() * scale);
  };
  const norm = (name: string, channels: number, variance: number): void => {
    add(`${name}.weight`, [channels], () => 0.75 + 0.5 * next());
    add(`${name}.bias`, [channels], () => 0.25 * normal());
    add(`${name}.running_mean`, [channels], () => 0.25 * normal());
    add(`${name}.running_var`, [channels], () => variance * (0.75 + 0.5 * next()));
    add(`${name}.num_batches_tracked`, [1], () => 1);
  };
  const reference = size.style === "reference";
  const stem = reference ? ["backbone.stem.0", "backbone.stem.1"] : ["features.conv0", "features.norm0"];
  const root = reference ? "backbone" : "features";
  conv(stem[0]!, size.init, 3, 7);
  norm(stem[1]!, size.init, 6000); // pixels of 0 to 255 come in
  let channels = size.init;
  size.blocks.forEach((layers, index) => {
    for (let layer = 1; layer <= layers; layer++) {
      const name = `${root}.${reference ? "block" : "denseblock"}${index + 1}.denselayer${layer}`;
      norm(`${name}.norm1`, channels, 1);
      conv(`${name}.conv1`, size.bottleneck, channels, 1);
      norm(`${name}.norm2`, size.bottleneck, 1);
      conv(`${name}.conv2`, size.growth, size.bottleneck, 3);
      channels += size.growth;
    }
    if (index + 1 === size.blocks.length) return;
    const name = `${root}.transition${index + 1}`;
    norm(`${name}.norm`, channels, 1);
    conv(`${name}.conv`, channels >> 1, channels, 1);
    channels >>= 1;
  });
  norm(`${root}.norm5`, channels, 1);
  const linear = reference ? "head.heads.0" : "classifier";
  add(`${linear}.weight`, [size.outputs, channels], () => normal() / Math.sqrt(channels));
  add(`${linear}.bias`, [size.outputs], () => 0.1 * normal());
  return state;
}
