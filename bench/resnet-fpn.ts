/** A RetinaNet-like detector (ResNet-50, feature pyramid P3 to P7, two heads; raw maps out) with seeded random weights. */
import type { OnnxModel } from "../src/onnx/model.ts";
import { type Attributes, NodeBuilder } from "../src/onnx/node-builder.ts";
import { random } from "../test/support/random.ts";

const SEED = 50;
/** Blocks of each stage. */
const STAGES = [3, 4, 6, 3];
const PYRAMID = 256;
const HEAD_LAYERS = 4;
const ANCHORS = 9;

/** `width`: channels of the first stage's bottleneck; 64 is ResNet-50 (38 M parameters with 7 classes). */
export function resnetFpn(width = 64, pyramid = PYRAMID, classes = 7): OnnxModel {
  const net = new Network();
  let x = net.convNorm("stem", "image", 3, width, 7, { stride: 2 });
  x = net.node("Relu", "stem.relu", [x]);
  x = net.node("MaxPool", "stem.pool", [x], window(3, 2));
  const features: { name: string; channels: number }[] = [];
  let channels = width;
  STAGES.forEach((blocks, stage) => {
    const inner = width * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      x = net.bottleneck(`res${stage + 2}.${block}`, x, channels, inner, stride);
      channels = 4 * inner;
    }
    features.push({ name: x, channels });
  });
  const levels = net.pyramid(features.slice(1), pyramid);
  const outputs = levels.flatMap((level, i) => [
    net.head(`scores.p${i + 3}`, "head.scores", level, pyramid, ANCHORS * classes),
    net.head(`deltas.p${i + 3}`, "head.deltas", level, pyramid, ANCHORS * 4),
  ]);
  return {
    irVersion: 8,
    producerName: "spinexr bench",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "resnet-fpn",
      inputs: [{ name: "image", type: "float", dims: [1, 3, "height", "width"] }],
      outputs: outputs.map((name) => ({ name, type: "float", dims: null })),
      initializers: net.initializers,
      nodes: net.nodes,
    },
  };
}

const window = (kernel: number, stride: number): Attributes => ({
  kernel_shape: { ints: [kernel, kernel] },
  strides: { ints: [stride, stride] },
  pads: { ints: Array(4).fill((kernel - 1) / 2) },
});

class Network extends NodeBuilder {
  readonly #next = random(SEED);
  readonly #weights = new Set<string>();

  /** Weights that a head shares between levels are made once. */
  conv(
    name: string,
    weights: string,
    x: string,
    input: number,
    output: number,
    kernel: number,
    { stride = 1, bias = true } = {},
  ): string {
    if (!this.#weights.has(weights)) {
      this.#weights.add(weights);
      const scale = Math.sqrt(6 / (input * kernel * kernel));
      this.#uniform(`${weights}.weight`, [output, input, kernel, kernel], -scale, scale);
      if (bias) this.#uniform(`${weights}.bias`, [output], -0.1, 0.1);
    }
    const inputs = bias ? [x, `${weights}.weight`, `${weights}.bias`] : [x, `${weights}.weight`];
    return this.node("Conv", name, inputs, window(kernel, stride));
  }

  convNorm(
    name: string,
    x: string,
    input: number,
    output: number,
    kernel: number,
    { stride = 1 } = {},
  ): string {
    const y = this.conv(name, name, x, input, output, kernel, { stride, bias: false });
    const norm = ["scale", "shift", "mean", "variance"].map((part) => {
      const [low, high] = part === "scale" || part === "variance" ? [0.5, 1] : [-0.1, 0.1];
      return this.#uniform(`${name}.norm.${part}`, [output], low, high);
    });
    return this.node("BatchNormalization", `${name}.norm`, [y, ...norm]);
  }

  bottleneck(name: string, x: string, input: number, inner: number, stride: number): string {
    let y = this.node("Relu", `${name}.relu1`, [this.convNorm(`${name}.conv1`, x, input, inner, 1)]);
    y = this.convNorm(`${name}.conv2`, y, inner, inner, 3, { stride });
    y = this.node("Relu", `${name}.relu2`, [y]);
    y = this.convNorm(`${name}.conv3`, y, inner, 4 * inner, 1);
    const same = input === 4 * inner && stride === 1;
    const shortcut = same ? x : this.convNorm(`${name}.shortcut`, x, input, 4 * inner, 1, { stride });
    return this.node("Relu", name, [this.node("Add", `${name}.sum`, [y, shortcut])]);
  }

  /** P3 to P7 of C3 to C5. */
  pyramid(features: readonly { name: string; channels: number }[], size: number): string[] {
    const levels: string[] = [];
    let above: string | null = null;
    for (let i = features.length - 1; i >= 0; i--) {
      const { name, channels } = features[i]!;
      const lateral = this.conv(`fpn.lateral${i}`, `fpn.lateral${i}`, name, channels, size, 1);
      if (above === null) above = lateral;
      else {
        const target = this.node("Shape", `fpn.shape${i}`, [lateral]);
        const up = this.node("Resize", `fpn.up${i}`, [above, "", "", target], {
          mode: { string: "nearest" },
          coordinate_transformation_mode: { string: "asymmetric" },
          nearest_mode: { string: "floor" },
        });
        above = this.node("Add", `fpn.sum${i}`, [lateral, up]);
      }
      levels.unshift(this.conv(`fpn.output${i}`, `fpn.output${i}`, above, size, size, 3));
    }
    const { name: top, channels } = features.at(-1)!;
    const p6 = this.conv("fpn.p6", "fpn.p6", top, channels, size, 3, { stride: 2 });
    const p7 = this.conv("fpn.p7", "fpn.p7", this.node("Relu", "fpn.p6.relu", [p6]), size, size, 3, {
      stride: 2,
    });
    return [...levels, p6, p7];
  }

  head(name: string, weights: string, x: string, size: number, outputs: number): string {
    let y = x;
    for (let i = 0; i < HEAD_LAYERS; i++) {
      y = this.conv(`${name}.conv${i}`, `${weights}.conv${i}`, y, size, size, 3);
      y = this.node("Relu", `${name}.relu${i}`, [y]);
    }
    return this.conv(name, `${weights}.last`, y, size, outputs, 3);
  }

  #uniform(name: string, dims: readonly number[], low: number, high: number): string {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * this.#next();
    return this.tensor({ name, type: "float", dims, data });
  }
}
