/**
 * DenseNet (Huang et al., "Densely Connected Convolutional Networks", 2017) as torchvision writes it: stem, dense
 * blocks of BN-ReLU-conv1x1-BN-ReLU-conv3x3 layers, transitions, a last normalisation, global average pool, linear.
 */
import type { OnnxAttribute } from "../../onnx/model.ts";
import type { ArchitectureFamily, ConvertedNetwork } from "./architecture.ts";
import { type DenseNetLayout, findDenseNet, NORM_PARTS } from "./densenet-layout.ts";
import { OnnxBuilder } from "./onnx-builder.ts";

/** Layers per block; null: as the checkpoint's names say. */
const BLOCKS: Readonly<Record<string, readonly number[] | null>> = {
  densenet121: [6, 12, 24, 16],
  densenet169: [6, 12, 32, 32],
  densenet201: [6, 12, 48, 32],
  densenet: null,
};

/** PyTorch's default, which neither implementation changes. */
const BATCH_NORM_EPSILON = 1e-5;
const INPUT_IS_A_GUESS =
  "The checkpoint does not say how its inputs were prepared: check mean, std and colorOrder against the training code.";
const INPUT = "image";
const OUTPUT = "logits";

export const densenet: ArchitectureFamily = {
  names: Object.keys(BLOCKS),
  convert(state, arch): ConvertedNetwork {
    const layout = findDenseNet(state, arch, BLOCKS[arch] ?? null);
    const model = build(new OnnxBuilder(state), layout, arch);
    const { style, blocks, outputs } = layout;
    const notes = [
      `${arch} with ${blocks.join("-")} layers per block, read from a checkpoint with ${style.name} tensor names.`,
      style.finalRelu
        ? "As in torchvision, a ReLU follows the last batch normalisation."
        : "As in the reference implementation, no ReLU follows the last batch normalisation.",
      ...(style.finalRelu ? [INPUT_IS_A_GUESS] : []),
    ];
    return { model, inputName: INPUT, outputName: OUTPUT, outputs, notes };
  },
};

function build(onnx: OnnxBuilder, layout: DenseNetLayout, arch: string) {
  const { style, blocks, outputs } = layout;

  const conv = (name: string, x: string, size: number, stride: number): string =>
    onnx.node("Conv", name, [x, onnx.weight(`${name}.weight`)], {
      kernel_shape: { ints: [size, size] },
      strides: { ints: [stride, stride] },
      pads: padding((size - 1) / 2),
    });
  const norm = (name: string, x: string): string => {
    const parameters = NORM_PARTS.map((part) =>
      onnx.weight(`${name}.${part}`, part === "running_var" ? 0 : -Infinity),
    );
    return onnx.node("BatchNormalization", name, [x, ...parameters], {
      epsilon: { float: BATCH_NORM_EPSILON },
    });
  };
  const relu = (x: string): string => onnx.node("Relu", `${x}.relu`, [x]);

  let x = relu(norm(style.stemNorm, conv(style.stemConv, INPUT, 7, 2)));
  x = onnx.node("MaxPool", "stem.pool", [x], {
    kernel_shape: { ints: [3, 3] },
    strides: { ints: [2, 2] },
    pads: padding(1),
  });
  blocks.forEach((layers, index) => {
    const features = [x];
    for (let layer = 1; layer <= layers; layer++) {
      const name = style.layer(index + 1, layer);
      const narrow = conv(`${name}.conv1`, relu(norm(`${name}.norm1`, x)), 1, 1);
      features.push(conv(`${name}.conv2`, relu(norm(`${name}.norm2`, narrow)), 3, 1));
      x = onnx.node("Concat", `${name}.concat`, [...features], { axis: { int: 1 } });
    }
    if (index + 1 === blocks.length) return;
    const name = style.transition(index + 1);
    x = onnx.node(
      "AveragePool",
      `${name}.pool`,
      [conv(`${name}.conv`, relu(norm(`${name}.norm`, x)), 1, 1)],
      {
        kernel_shape: { ints: [2, 2] },
        strides: { ints: [2, 2] },
      },
    );
  });
  x = norm(style.finalNorm, x);
  if (style.finalRelu) x = relu(x);
  x = onnx.node("Flatten", "flatten", [onnx.node("GlobalAveragePool", "global_pool", [x])], {
    axis: { int: 1 },
  });
  const linear = [x, onnx.weight(`${style.linear}.weight`), onnx.weight(`${style.linear}.bias`)];
  onnx.node("Gemm", OUTPUT, linear, { transB: { int: 1 } });
  return onnx.finish(arch, INPUT, OUTPUT, outputs);
}

/** Top, left, bottom, right. */
const padding = (size: number): OnnxAttribute => ({ ints: [size, size, size, size] });
