/**
 * An EfficientDet-D0 as its PyTorch implementation is exported, with random weights: EfficientNet-B0 (depthwise
 * convolutions, swish, squeeze and excitation), three BiFPN layers (fast normalised fusion: ReLU, sum and division of
 * weights at run time; nearest resizes), heads shared by five levels with batch normalisations of their own.
 */
import type { OnnxModel, OnnxValueInfo } from "../../src/onnx/model.ts";
import { NodeBuilder } from "../../src/onnx/node-builder.ts";

/** [expansion, channels, repeats, stride, kernel] of the MBConv stages of EfficientNet-B0. */
const STAGES = [
  [1, 16, 1, 1, 3],
  [6, 24, 2, 2, 3],
  [6, 40, 2, 2, 5],
  [6, 80, 3, 2, 3],
  [6, 112, 3, 1, 5],
  [6, 192, 4, 2, 5],
  [6, 320, 1, 1, 3],
] as const;
const WIDTH = 64;
export const STRIDES = [8, 16, 32, 64, 128];

/** Width and height of the nine anchors of a level, scale by scale. */
export const anchorsOf = (stride: number): [number, number][] =>
  [1, 2 ** (1 / 3), 2 ** (2 / 3)].flatMap((scale) =>
    [
      [1, 1],
      [1.4, 0.7],
      [0.7, 1.4],
    ].map(([w, h]): [number, number] => [4 * stride * scale * w!, 4 * stride * scale * h!]),
  );
const ANCHORS = 9;

/** Input image [1, 3, H, W], sides multiples of 128; outputs classes_i (sigmoids) and boxes_i (y, x, h, w) as rows. */
export function efficientDet(classes: number, next: () => number): OnnxModel {
  const net = new Builder(next);
  let x = net.swish(net.norm(net.conv("image", 3, 32, 3, { stride: 2 })));
  let channels = 32;
  const features: [string, number][] = [];
  for (const [expansion, width, repeats, stride, kernel] of STAGES) {
    if (stride === 2) features.push([x, channels]);
    for (let i = 0; i < repeats; i++) {
      x = net.mbconv(x, channels, width, expansion, i === 0 ? stride : 1, kernel);
      channels = width;
    }
  }
  features.push([x, channels]);
  let levels = net.firstLevels(features.slice(-3));
  for (let i = 0; i < 3; i++) levels = net.bifpn(levels, i === 0 ? features.slice(-2) : null);
  const outputs = [...net.head("classes", levels, classes, true), ...net.head("boxes", levels, 4, false)].map(
    (name): OnnxValueInfo => ({ name, type: "float", dims: [1, "rows", name.startsWith("b") ? 4 : classes] }),
  );
  return {
    irVersion: 8,
    producerName: "test",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "efficientdet-d0",
      nodes: net.b.nodes,
      initializers: net.b.initializers,
      inputs: [{ name: "image", type: "float", dims: [1, 3, "H", "W"] }],
      outputs,
    },
  };
}

interface ConvOptions {
  readonly stride?: number;
  readonly depthwise?: boolean;
  readonly bias?: number;
}

class Builder {
  readonly b = new NodeBuilder();
  readonly #next: () => number;
  #count = 0;

  constructor(next: () => number) {
    this.#next = next;
  }

  #name(what: string): string {
    return `${what}_${this.#count++}`;
  }

  #random(what: string, dims: readonly number[], low: number, high: number): string {
    const count = dims.reduce((p, q) => p * q, 1);
    const values = Float32Array.from({ length: count }, () => low + (high - low) * this.#next());
    return this.b.floats(this.#name(what), values, dims);
  }

  #node(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, number | number[] | string> = {},
  ): string {
    const written = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "number"
        ? { int: value }
        : typeof value === "string"
          ? { string: value }
          : { ints: value },
    ]);
    return this.b.node(op, this.#name(op), inputs, Object.fromEntries(written));
  }

  /** "Same" padding as TensorFlow has it: the odd pixel right and below, by a node of its own. */
  conv(x: string, from: number, to: number, kernel: number, options: ConvOptions = {}): string {
    const { stride = 1, depthwise = false, bias } = options;
    const weight = this.convWeights(from, to, kernel, depthwise);
    const pad = Math.max(0, kernel - stride);
    const [before, after] = [Math.floor(pad / 2), Math.ceil(pad / 2)];
    const padded =
      pad === 0
        ? x
        : this.#node("Pad", [
            x,
            this.b.integers(this.#name("pads"), [0, 0, before, before, 0, 0, after, after]),
          ]);
    const inputs =
      bias === undefined
        ? [padded, weight]
        : [padded, weight, this.#random("bias", [to], bias - 0.3, bias + 0.3)];
    return this.#node("Conv", inputs, { strides: [stride, stride], group: depthwise ? from : 1 });
  }

  convWeights(from: number, to: number, kernel: number, depthwise = false, gain = 1): string {
    const inside = (depthwise ? 1 : from) * kernel * kernel;
    const limit = gain * Math.sqrt(4.2 / inside); // a gain of 1 about keeps the spread
    return this.#random("weight", [to, depthwise ? 1 : from, kernel, kernel], -limit, limit);
  }

  norm(x: string, channels?: number): string {
    const width = channels ?? this.#widthOf(x);
    return this.#node("BatchNormalization", [
      x,
      this.#random("scale", [width], 0.8, 1.2),
      this.#random("shift", [width], -0.2, 0.2),
      this.#random("mean", [width], -0.2, 0.2),
      this.#random("variance", [width], 0.8, 1.2),
    ]);
  }

  /** Output channels of the convolution that made x. */
  #widthOf(x: string): number {
    const weight = this.b.nodes.find(({ outputs }) => outputs[0] === x)!.inputs[1];
    return this.b.initializers.find(({ name }) => name === weight)!.dims[0]!;
  }

  swish = (x: string): string => this.#node("Mul", [x, this.#node("Sigmoid", [x])]);

  mbconv(x: string, from: number, to: number, expansion: number, stride: number, kernel: number): string {
    const wide = from * expansion;
    let y = expansion === 1 ? x : this.swish(this.norm(this.conv(x, from, wide, 1)));
    y = this.swish(this.norm(this.conv(y, wide, wide, kernel, { stride, depthwise: true })));
    const narrow = Math.max(1, Math.floor(from / 4));
    const squeezed = this.swish(
      this.conv(this.#node("GlobalAveragePool", [y]), wide, narrow, 1, { bias: 0 }),
    );
    const gate = this.#node("Sigmoid", [this.conv(squeezed, narrow, wide, 1, { bias: 2 })]);
    y = this.norm(this.conv(this.#node("Mul", [y, gate]), wide, to, 1));
    return stride === 1 && from === to ? this.#node("Add", [y, x]) : y;
  }

  #down = (x: string): string =>
    this.#node("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] });

  #up(x: string): string {
    const scales = this.b.floats(this.#name("scales"), [1, 1, 2, 2]);
    return this.#node("Resize", [x, "", scales], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
  }

  #narrow = ([x, channels]: readonly [string, number]): string =>
    this.norm(this.conv(x, channels, WIDTH, 1, { bias: 0 }));

  firstLevels(features: readonly (readonly [string, number])[]): string[] {
    const p6 = this.#down(this.#narrow(features[2]!));
    return [...features.map(this.#narrow), p6, this.#down(p6)];
  }

  /** sum of w_i x_i / (sum of w + 1e-4), w = ReLU(weights), then swish, depthwise and pointwise convolution. */
  #fuse(inputs: readonly string[]): string {
    const weights = this.#node("Relu", [this.#random("fusion", [inputs.length], -0.2, 1)]);
    const axes = this.b.integers(this.#name("axes"), [0]);
    const sum = this.#node("ReduceSum", [weights, axes], { keepdims: 0 });
    const total = this.#node("Add", [sum, this.b.floats(this.#name("epsilon"), [1e-4], [])]);
    const shares = this.#node("Div", [weights, total]);
    const parts = inputs.map((x, i) => {
      const index = this.b.tensor({
        name: this.#name("index"),
        type: "int64",
        dims: [],
        data: BigInt64Array.of(BigInt(i)),
      });
      return this.#node("Mul", [this.#node("Gather", [shares, index], { axis: 0 }), x]);
    });
    const mixed = this.swish(parts.reduce((a, b) => this.#node("Add", [a, b])));
    return this.norm(
      this.conv(this.conv(mixed, WIDTH, WIDTH, 3, { depthwise: true }), WIDTH, WIDTH, 1, { bias: 0 }),
    );
  }

  /** The first layer narrows P4 and P5 once more for the way back up. */
  bifpn(
    [p3, p4, p5, p6, p7]: readonly string[],
    second: readonly (readonly [string, number])[] | null,
  ): string[] {
    const up6 = this.#fuse([p6!, this.#up(p7!)]);
    const up5 = this.#fuse([p5!, this.#up(up6)]);
    const up4 = this.#fuse([p4!, this.#up(up5)]);
    const out3 = this.#fuse([p3!, this.#up(up4)]);
    const [in4, in5] = second === null ? [p4!, p5!] : second.map(this.#narrow);
    const out4 = this.#fuse([in4!, up4, this.#down(out3)]);
    const out5 = this.#fuse([in5!, up5, this.#down(out4)]);
    const out6 = this.#fuse([p6!, up6, this.#down(out5)]);
    return [out3, out4, out5, out6, this.#fuse([p7!, this.#down(out6)])];
  }

  /** Three separable convolutions and a last one with weights that all levels share; rows, with a sigmoid for classes. */
  head(name: string, levels: readonly string[], columns: number, sigmoid: boolean): string[] {
    const layers = [WIDTH, WIDTH, WIDTH, ANCHORS * columns].map((to, i) => ({
      to,
      depth: this.convWeights(WIDTH, WIDTH, 3, true),
      point: this.convWeights(WIDTH, to, 1, false, i === 3 ? 3 : 1),
      bias: this.#random("bias", [to], i === 3 ? -1 : -0.1, i === 3 ? 0 : 0.1),
    }));
    return levels.map((level, l) => {
      let x = level;
      for (const [i, { to, depth, point, bias }] of layers.entries()) {
        x = this.#node("Conv", [x, depth], { group: WIDTH, pads: [1, 1, 1, 1] });
        x = this.#node("Conv", [x, point, bias]);
        if (i < 3) x = this.swish(this.norm(x, to));
      }
      const moved = this.#node("Transpose", [x], { perm: [0, 2, 3, 1] });
      const rows = this.b.integers(this.#name("rows"), [1, -1, columns]);
      const last = `${name}_${l}`;
      if (!sigmoid) return this.b.node("Reshape", last, [moved, rows]);
      return this.b.node("Sigmoid", last, [this.#node("Reshape", [moved, rows])]);
    });
  }
}
