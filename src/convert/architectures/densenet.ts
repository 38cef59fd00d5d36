/**
 * DenseNet (Huang et al., "Densely Connected Convolutional Networks", 2017) as torchvision writes it: stem, dense
 * blocks of BN-ReLU-conv1x1-BN-ReLU-conv3x3 layers, transitions, a last normalisation, global average pool, linear.
 */
import type { ClassifierFamily, ConvertedClassifier } from "./architecture.ts";
import { type DenseNetLayout, findDenseNet, ignoredTensor } from "./densenet-layout.ts";
import { LayerBuilder } from "./layers.ts";

/** Layers per block; null: as the checkpoint's names say. */
const BLOCKS: Readonly<Record<string, readonly number[] | null>> = {
  densenet121: [6, 12, 24, 16],
  densenet169: [6, 12, 32, 32],
  densenet201: [6, 12, 48, 32],
  densenet: null,
};

const INPUT = "image";
const OUTPUT = "logits";

export const densenet: ClassifierFamily = {
  kind: "classifier",
  names: Object.keys(BLOCKS),
  convert(state, arch): ConvertedClassifier {
    const layout = findDenseNet(state, arch, BLOCKS[arch] ?? null);
    const { style, blocks } = layout;
    const notes = [
      `${arch} with ${blocks.join("-")} layers per block, read from a checkpoint with ${style.name} tensor names.`,
      style.finalRelu
        ? "As in torchvision, a ReLU follows the last batch normalisation."
        : "As in the reference implementation, no ReLU follows the last batch normalisation.",
    ];
    return {
      ...build(new LayerBuilder(state), layout, arch),
      inputName: INPUT,
      outputName: OUTPUT,
      referenceInput: !style.finalRelu,
      notes,
    };
  },
};

function build(b: LayerBuilder, { style, blocks, structure }: DenseNetLayout, arch: string) {
  /** Every layer has the widths of the first, so that one that differs is named. */
  const growth = b.dim(`${style.layer(1, 1)}.conv2.weight`, 0);
  const bottleneck = b.dim(`${style.layer(1, 1)}.conv1.weight`, 0);

  let x = b.conv(style.stemConv, { value: INPUT, width: 3 }, { kernel: 7, stride: 2 });
  x = b.maxPool("stem.pool", b.relu(b.batchNorm(style.stemNorm, x)), 3, 2, 1);
  blocks.forEach((layers, index) => {
    const features = [x.value];
    for (let layer = 1; layer <= layers; layer++) {
      const name = style.layer(index + 1, layer);
      let fresh = b.relu(b.batchNorm(`${name}.norm1`, x));
      fresh = b.conv(`${name}.conv1`, fresh, { kernel: 1, width: bottleneck });
      fresh = b.relu(b.batchNorm(`${name}.norm2`, fresh));
      fresh = b.conv(`${name}.conv2`, fresh, { kernel: 3, width: growth });
      features.push(fresh.value);
      const value = b.node("Concat", `${name}.concat`, [...features], { axis: { int: 1 } });
      x = { value, width: x.width + fresh.width };
    }
    if (index + 1 === blocks.length) return;
    const name = style.transition(index + 1);
    const narrow = b.conv(`${name}.conv`, b.relu(b.batchNorm(`${name}.norm`, x)), { kernel: 1 });
    const value = b.node("AveragePool", `${name}.pool`, [narrow.value], {
      kernel_shape: { ints: [2, 2] },
      strides: { ints: [2, 2] },
    });
    x = { value, width: narrow.width };
  });
  x = b.batchNorm(style.finalNorm, x);
  if (style.finalRelu) x = b.relu(x);
  const pooled = b.node("Flatten", "flatten", [b.node("GlobalAveragePool", "global_pool", [x.value])], {
    axis: { int: 1 },
  });
  const { width: outputs } = b.linear(style.linear, { value: pooled, width: x.width }, { output: OUTPUT });
  const model = b.finish({
    arch,
    structure,
    inputs: [{ name: INPUT, type: "float", dims: ["N", 3, "H", "W"] }],
    outputs: [{ name: OUTPUT, type: "float", dims: ["N", outputs] }],
    ignored: ignoredTensor,
  });
  return { kind: "classifier" as const, model, outputs };
}
