/**
 * Seeded random networks of the kinds that the optimiser and the planner rewrite: small enough for the float64
 * interpreter (a few million multiplications), continuous in their inputs (no rounding, no arg max), and with values of about unit size.
 */
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Activation, Graph, Value } from "../../src/graph/graph.ts";
import { random } from "../shim.ts";

export interface RandomGraph {
  readonly graph: Graph;
  /** Row-major, by input name. */
  readonly inputs: Record<string, Float32Array>;
}

const CHANNELS = [1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 17, 19, 23, 24, 29, 31, 32, 37, 40];
const SIZES = [1, 2, 3, 5, 6, 7, 8, 9, 11, 13, 14, 17];
const MULTIPLICATIONS = 1.5e6;

export function randomGraph(seed: number): RandomGraph {
  return new Generator(seed).generate();
}

type Pair = [number, number];

class Generator {
  readonly #random: () => number;
  readonly #builder = new GraphBuilder();
  readonly #name: string;
  readonly #inputs: Record<string, Float32Array> = {};
  /** Feature maps made so far; later steps prefer recent ones. */
  readonly #maps: Value[] = [];
  readonly #outputs = new Set<Value>();
  readonly #batch: number;
  #budget = MULTIPLICATIONS;
  #constants = 0;

  constructor(seed: number) {
    this.#random = random(seed);
    this.#name = `random-${seed}`;
    this.#batch = this.pick([1, 1, 1, 2, 3]);
  }

  generate(): RandomGraph {
    const size: Pair = [this.pick(SIZES), this.pick(SIZES)];
    this.input("x", this.pick(CHANNELS), size);
    if (this.chance(0.25)) this.input("z", this.pick(CHANNELS), size);
    const steps = 3 + this.below(12);
    const actions = [
      () => this.convBlock(this.map()),
      () => this.convBlock(this.map()),
      () => this.prologueBlock(this.map()),
      () => this.denseBlock(this.map()),
      () => this.transition(this.map()),
      () => this.residual(this.map()),
      () => this.concat(),
      () => this.concat(),
      () => this.addMaps(),
      () => this.pool(this.map()),
      () => this.activation(this.map()),
      () => this.arithmetic(this.map()),
      () => this.padded(this.map()),
      () => this.upsample(this.map()),
      () => this.convTranspose(this.map()),
      () => this.head(this.map()),
      () => this.movement(this.map()),
    ];
    for (let step = 0; step < steps && this.#budget > 0; step++) this.pick(actions)();
    if (this.chance(0.4)) this.head(this.map());
    const produced = this.#maps.filter((map) => !(map.name in this.#inputs));
    this.#outputs.add(produced.at(-1) ?? this.convBlock(this.map()));
    const { nodes } = this.#builder.finish(this.#name, []);
    const read = new Set<Value | null>(nodes.flatMap((node) => node.inputs as (Value | null)[]));
    // Most loose ends are outputs, some are dead code; now and then an output is also read inside.
    for (const map of produced) if (this.chance(read.has(map) ? 0.08 : 0.7)) this.#outputs.add(map);
    return { graph: this.#builder.finish(this.#name, [...this.#outputs]), inputs: this.#inputs };
  }

  // --- chance
  below(n: number): number {
    return Math.floor(this.#random() * n);
  }
  chance(p: number): boolean {
    return this.#random() < p;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  map(): Value {
    return this.chance(0.7) ? this.#maps.at(-1)! : this.pick(this.#maps);
  }

  // --- values
  input(name: string, channels: number, [height, width]: Pair): void {
    const dims = [this.#batch, channels, height, width];
    this.#inputs[name] = this.uniform(dims, -1, 1);
    this.#maps.push(this.#builder.input(name, "f32", dims));
  }
  uniform(dims: readonly number[], low: number, high: number): Float32Array {
    const count = dims.reduce((a, b) => a * b, 1);
    return Float32Array.from({ length: count }, () => low + (high - low) * this.#random());
  }
  constant(dims: number[], low: number, high: number): Value {
    return this.#builder.constant(`c${this.#constants++}`, this.uniform(dims, low, high), dims);
  }
  /** Uniform weights whose sum over `fanIn` inputs of unit size has unit size. */
  weight(dims: number[], fanIn: number): Value {
    const bound = Math.sqrt(3 / fanIn);
    return this.constant(dims, -bound, bound);
  }
  keep(map: Value): Value {
    this.#maps.push(map);
    return map;
  }

  // --- single nodes
  conv(x: Value, outputs?: number, fixed: { kernel?: Pair; same?: boolean } = {}): Value {
    const [, channels, height, width] = x.dims as [number, number, number, number];
    const divisors = (n: number): number[] =>
      Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
    const depthwise = outputs === undefined && this.chance(0.15);
    let produced = outputs ?? (depthwise ? channels * this.pick([1, 1, 2]) : this.pick(CHANNELS));
    let group = depthwise ? channels : 1;
    if (!depthwise && this.chance(0.2)) {
      group = this.pick(divisors(channels));
      if (outputs === undefined) produced = group * (1 + this.below(Math.max(1, Math.floor(40 / group))));
      else if (produced % group !== 0) group = 1;
    }
    const kernel =
      fixed.kernel ??
      this.pick<Pair>([
        [1, 1],
        [1, 1],
        [3, 3],
        [3, 3],
        [5, 5],
        [1, 3],
        [3, 2],
        [7, 7],
      ]);
    const strides = fixed.same
      ? ([1, 1] as Pair)
      : this.pick<Pair>([
          [1, 1],
          [1, 1],
          [1, 1],
          [2, 2],
          [2, 1],
          [3, 3],
        ]);
    const dilations = this.pick<Pair>([
      [1, 1],
      [1, 1],
      [1, 1],
      [2, 2],
      [1, 2],
    ]);
    const extents = kernel.map((k, i) => (k - 1) * dilations[i]! + 1) as Pair;
    const pads = [0, 0, 0, 0] as [number, number, number, number];
    [height, width].forEach((size, i) => {
      const extent = extents[i]!;
      if (fixed.same) {
        pads[i] = Math.floor((extent - 1) / 2);
        pads[2 + i] = extent - 1 - pads[i]!;
        return;
      }
      if (this.chance(0.6)) {
        pads[i] = this.below(Math.min(extent, 4));
        pads[2 + i] = this.chance(0.7) ? pads[i]! : this.below(Math.min(extent, 4));
      }
      const missing = extent - (size + pads[i]! + pads[2 + i]!);
      if (missing > 0) pads[2 + i]! += missing;
    });
    const perGroup = channels / group;
    const weight = this.weight([produced, perGroup, ...kernel], perGroup * kernel[0] * kernel[1]);
    const bias = this.chance(0.5) ? this.constant([produced], -0.5, 0.5) : null;
    const y = this.#builder.add("conv", {
      inputs: [x, weight, bias],
      kernel,
      strides,
      pads,
      dilations,
      group,
    })[0]!;
    this.#budget -= y.dims.reduce((a, b) => a * b, 1) * perGroup * kernel[0] * kernel[1];
    return y;
  }
  norm(x: Value): Value {
    const channels = x.dims[1]!;
    const scale = this.constant([channels], this.chance(0.2) ? -1.2 : 0.5, 1.5);
    const shift = this.constant([channels], -0.5, 0.5);
    return this.#builder.add("scaleShift", { inputs: [x, scale, shift] })[0]!;
  }
  relu(x: Value): Value {
    return this.#builder.add("unary", { inputs: [x], op: "relu" })[0]!;
  }
  unary(x: Value): Value {
    const { op, alpha, beta } = this.pick<Activation>([
      { op: "relu", alpha: 0, beta: 0 },
      { op: "relu", alpha: 0, beta: 0 },
      { op: "clip", alpha: 0, beta: 6 },
      { op: "clip", alpha: -0.5, beta: 0.75 },
      { op: "leakyRelu", alpha: 0.125, beta: 0 },
      { op: "sigmoid", alpha: 0, beta: 0 },
      { op: "tanh", alpha: 0, beta: 0 },
      { op: "silu", alpha: 0, beta: 0 },
      { op: "hardSigmoid", alpha: 0.25, beta: 0.5 },
      { op: "hardSwish", alpha: 0, beta: 0 },
    ]);
    return this.#builder.add("unary", { inputs: [x], op, alpha, beta })[0]!;
  }
  binary(op: "add" | "mul" | "sub" | "div", a: Value, b: Value): Value {
    return this.#builder.add("binary", { inputs: [a, b], op })[0]!;
  }

  // --- patterns
  convBlock(x: Value): Value {
    let y = this.conv(x);
    if (this.chance(0.6)) y = this.norm(y);
    if (this.chance(0.7)) y = this.unary(y);
    return this.keep(y);
  }
  /** BN (+ ReLU) with one or several convolutions behind, sometimes with another reader or as an output. */
  prologueBlock(x: Value): Value {
    let y = this.chance(0.85) ? this.norm(x) : x;
    if (this.chance(0.8)) y = this.relu(y);
    if (y !== x && this.chance(0.2)) this.#maps.push(y);
    if (y !== x && this.chance(0.1)) this.#outputs.add(y);
    const readers = this.pick([1, 1, 2, 3]);
    for (let i = 0; i < readers; i++) this.keep(this.conv(y));
    return this.#maps.at(-1)!;
  }
  denseBlock(x: Value): Value {
    const growth = this.pick([1, 3, 4, 7, 8]);
    const features = [x];
    let joined = x;
    const nested = this.chance(0.5);
    for (let layer = 0; layer < 1 + this.below(3); layer++) {
      const narrow = this.conv(this.relu(this.norm(joined)), this.pick([4, 5, 8]), {
        kernel: [1, 1],
        same: true,
      });
      const next = this.conv(this.relu(this.norm(narrow)), growth, { kernel: [3, 3], same: true });
      features.push(next);
      joined = this.#builder.add("concat", { inputs: nested ? [joined, next] : [...features], axis: 1 })[0]!;
      if (this.chance(0.15)) this.keep(joined);
    }
    return this.keep(joined);
  }
  transition(x: Value): Value {
    let y = this.norm(x);
    if (this.chance(0.8)) y = this.relu(y);
    y = this.conv(y, this.pick(CHANNELS), { kernel: [1, 1], same: true });
    if (this.chance(0.2)) y = this.norm(y);
    return this.keep(this.averagePool(y));
  }
  averagePool(x: Value): Value {
    const kernel: Pair = [Math.min(2, x.dims[2]!), Math.min(this.pick([2, 2, 3]), x.dims[3]!)];
    const strides: Pair = this.chance(0.8) ? kernel : [1, 2];
    return this.#builder.add("pool", {
      inputs: [x],
      mode: "average",
      kernel,
      strides,
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      countIncludePad: this.chance(0.5),
      p: 0,
    })[0]!;
  }
  residual(x: Value): Value {
    const channels = x.dims[1]!;
    let y = this.conv(x, channels, { same: true });
    if (this.chance(0.7)) y = this.norm(y);
    if (this.chance(0.3)) y = this.conv(this.relu(y), channels, { same: true });
    let shortcut = x;
    if (this.chance(0.3)) shortcut = this.norm(this.conv(x, channels, { kernel: [1, 1], same: true }));
    const sum = this.chance(0.5) ? this.binary("add", y, shortcut) : this.binary("add", shortcut, y);
    return this.keep(this.chance(0.7) ? this.unary(sum) : sum);
  }
  /** Joins maps of equal size; a value may occur twice, be a graph input, or be a concat itself. */
  concat(): Value {
    const first = this.map();
    const fits = this.#maps.filter((map) => map.dims[2] === first.dims[2] && map.dims[3] === first.dims[3]);
    const parts = [first, ...Array.from({ length: this.below(3) }, () => this.pick(fits))];
    if (parts.reduce((sum, part) => sum + part.dims[1]!, 0) > 120) return first;
    const joined = this.#builder.add("concat", { inputs: parts, axis: 1 })[0]!;
    if (this.chance(0.15)) this.#outputs.add(joined);
    return this.keep(joined);
  }
  addMaps(): Value {
    const a = this.map();
    const b = this.pick(this.#maps.filter((map) => map.dims.join() === a.dims.join()));
    const sum = this.binary(this.pick(["add", "add", "mul", "sub"]), a, b);
    return this.keep(this.chance(0.5) ? this.unary(sum) : sum);
  }
  pool(x: Value): Value {
    const kernel = [this.pick([1, 2, 3, 3]), this.pick([1, 2, 3, 3])].map((k, i) =>
      Math.min(k, x.dims[2 + i]!),
    ) as Pair;
    const before = kernel.map((k) => (this.chance(0.5) ? this.below(k) : 0)) as Pair;
    const after = kernel.map((k, i) => (this.chance(0.7) ? before[i]! : this.below(k))) as Pair;
    const y = this.#builder.add("pool", {
      inputs: [x],
      mode: this.pick(["max", "average"]),
      kernel,
      strides: this.pick<Pair>([
        [1, 1],
        [2, 2],
        [2, 2],
        [1, 2],
      ]),
      pads: [before[0], before[1], after[0], after[1]],
      dilations: [1, 1],
      countIncludePad: this.chance(0.5),
      p: 0,
      ceilMode: this.chance(0.3),
    })[0]!;
    return this.keep(this.chance(0.2) ? this.norm(y) : y);
  }
  activation(x: Value): Value {
    if (this.chance(0.7)) return this.keep(this.unary(x));
    const gate = this.#builder.add("unary", { inputs: [x], op: "sigmoid" })[0]!;
    return this.keep(this.chance(0.5) ? this.binary("mul", x, gate) : this.binary("mul", gate, x));
  }
  /** Arithmetic with constants: per channel, scalar, or of the whole map. */
  arithmetic(x: Value): Value {
    const [, channels, height, width] = x.dims as [number, number, number, number];
    const dims = this.pick([
      [1, channels, 1, 1],
      [channels, 1, 1],
      [],
      [1],
      [1, channels, height, width],
      [width],
    ]);
    const c = this.constant(dims, 0.5, 1.5);
    const op = this.pick(["add", "mul", "sub", "div"] as const);
    const y = op !== "div" && this.chance(0.3) ? this.binary(op, c, x) : this.binary(op, x, c);
    return this.keep(this.chance(0.3) ? this.relu(y) : y);
  }
  padded(x: Value): Value {
    const [top, left, bottom, right] = [0, 0, 0, 0].map(() => this.below(3)) as [
      number,
      number,
      number,
      number,
    ];
    const y = this.#builder.add("pad", {
      inputs: [x],
      mode: "constant",
      before: [0, 0, top, left],
      after: [0, 0, bottom, right],
      value: this.chance(0.8) ? 0 : 0.5,
    })[0]!;
    if (this.chance(0.3)) this.keep(y);
    return this.chance(0.6) ? this.convBlock(y) : this.keep(this.averagePool(y));
  }
  /** Nearest x2 along both axes, as the importer writes it. */
  upsample(x: Value): Value {
    if (x.dims[2]! * x.dims[3]! > 64) return x;
    const double = (value: Value, axis: number): Value => {
      const count = value.dims[axis]! * 2;
      const indices = Int32Array.from({ length: count }, (_, i) => i >> 1);
      const weights = new Float32Array(count).fill(1);
      return this.#builder.add("resample", { inputs: [value], axis, taps: 1, indices, weights })[0]!;
    };
    return this.keep(double(double(x, 2), 3));
  }
  convTranspose(x: Value): Value {
    const [, channels, height, width] = x.dims as [number, number, number, number];
    if (height * width > 64) return x;
    const outputs = this.pick([1, 3, 4, 8]);
    const bias = this.chance(0.5) ? this.constant([outputs], -0.5, 0.5) : null;
    const y = this.#builder.add("convTranspose", {
      inputs: [x, this.weight([channels, outputs, 2, 2], channels), bias],
      kernel: [2, 2],
      strides: [2, 2],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
      outputSpatial: [2 * height, 2 * width],
    })[0]!;
    this.#budget -= y.dims.reduce((a, b) => a * b, 1) * channels;
    return this.keep(this.chance(0.5) ? this.norm(y) : y);
  }
  /** (BN) -> global mean -> (reshape) -> matmul -> (bias, activation): an output of the network. */
  head(x: Value): void {
    const [batch, channels] = x.dims as [number, number];
    const from = this.chance(0.5) ? this.norm(x) : x;
    const keepDims = this.chance(0.5);
    let y = this.#builder.add("reduce", { inputs: [from], op: "mean", axes: [2, 3], keepDims })[0]!;
    if (keepDims) y = this.#builder.add("reshape", { inputs: [y], dims: [batch, channels] })[0]!;
    const outputs = this.pick([1, 2, 7, 10]);
    const transB = this.chance(0.5);
    const weight = this.weight(transB ? [outputs, channels] : [channels, outputs], channels);
    const bias = this.chance(0.5) ? this.constant([outputs], -0.5, 0.5) : null;
    y = this.#builder.add("matmul", { inputs: [y, weight, bias], transA: false, transB, alpha: 1 })[0]!;
    if (this.chance(0.4)) y = this.binary("add", y, this.constant([outputs], -0.5, 0.5));
    if (this.chance(0.3))
      y = this.#builder.add("unary", { inputs: [y], op: this.pick(["relu", "sigmoid"]) })[0]!;
    this.#outputs.add(y);
  }
  /** Transposes and reshapes that cancel, or a shuffle of channels that does not. */
  movement(x: Value): Value {
    const [batch, channels, height, width] = x.dims as [number, number, number, number];
    if (this.chance(0.5)) {
      const there = this.#builder.add("transpose", { inputs: [x], perm: [0, 2, 3, 1] })[0]!;
      return this.keep(this.#builder.add("transpose", { inputs: [there], perm: [0, 3, 1, 2] })[0]!);
    }
    const groups = channels % 2 === 0 ? 2 : 1;
    const split = [batch, groups, channels / groups, height, width];
    const wide = this.#builder.add("reshape", { inputs: [x], dims: split })[0]!;
    const shuffled = this.#builder.add("transpose", { inputs: [wide], perm: [0, 2, 1, 3, 4] })[0]!;
    return this.keep(this.#builder.add("reshape", { inputs: [shuffled], dims: [...x.dims] })[0]!);
  }
}
