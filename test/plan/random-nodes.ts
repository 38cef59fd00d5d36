/**
 * Random graphs of every node kind with a reference: small shapes, many layout changes, shared values, values that
 * are outputs and inputs of further nodes at once. Deterministic in the seed.
 */
import { GraphBuilder } from "../../src/graph/builder.ts";
import { elementCount, type Graph, type UnaryOp, type Value } from "../../src/graph/graph.ts";
import type { NodeOf } from "../../src/graph/spec.ts";
import { random } from "../shim.ts";

const LARGEST = 700;

export interface RandomCase {
  readonly graph: Graph;
  readonly inputs: readonly Float32Array[];
}

export function randomCase(seed: number, nodes = 12): RandomCase {
  const maker = new Maker(seed);
  for (let i = 0; i < nodes; i++) maker.grow();
  return maker.finish(seed);
}

class Maker {
  private readonly next: () => number;
  private readonly builder = new GraphBuilder();
  private readonly values: Value[] = [];
  private readonly inputs: Value[] = [];
  private constants = 0;

  constructor(seed: number) {
    this.next = random(seed);
    const [c, h, w] = [1 + this.int(6), 1 + this.int(6), 1 + this.int(6)];
    for (const dims of [
      [1 + this.int(2), c, h, w],
      [1, 4, 5, 5],
      [3, 4],
    ].slice(0, 1 + this.int(3))) {
      const value = this.builder.input(`in${this.inputs.length}`, "f32", dims);
      this.inputs.push(value);
      this.values.push(value);
    }
  }

  finish(seed: number): RandomCase {
    const outputs = [this.values.at(-1) as Value];
    for (let i = this.int(3); i > 0; i--) outputs.push(this.pick(this.values));
    const graph = this.builder.finish(`seed ${seed}`, outputs);
    const inputs = this.inputs.map(({ dims }) => this.numbers(elementCount(dims)));
    return { graph, inputs };
  }

  private int(below: number): number {
    return Math.floor(this.next() * below);
  }

  private chance(share: number): boolean {
    return this.next() < share;
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  /** Distinct on purpose: ties and signs of zero are not what these graphs test. */
  private numbers(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.next() * 2 - 1);
  }

  private constant(dims: readonly number[]): Value {
    return this.builder.constant(`c${this.constants++}`, this.numbers(elementCount(dims)), dims);
  }

  private keep(values: readonly Value[]): void {
    for (const value of values) {
      if (value.constant === undefined && value.dtype === "f32" && elementCount(value.dims) <= LARGEST) {
        this.values.push(value);
      }
    }
  }

  /** Recent values more often, so that chains grow; feature maps where asked for. */
  private source(rank4 = false): Value | null {
    const list = this.values.filter((value) => !rank4 || value.dims.length === 4);
    if (list.length === 0) return null;
    return this.chance(0.6) ? (list.at(-1) as Value) : this.pick(list);
  }

  grow(): void {
    const makers = [
      this.spatial,
      this.pointwise,
      this.broadcast,
      this.join,
      this.move,
      this.index,
      this.along,
    ];
    this.pick(makers).call(this);
  }

  private spatial(): void {
    const x = this.source(true);
    if (x === null) return;
    const [n, c, h, w] = x.dims as [number, number, number, number];
    const kernel: [number, number] = [1 + this.int(Math.min(3, h)), 1 + this.int(Math.min(3, w))];
    const strides: [number, number] = [1 + this.int(2), 1 + this.int(2)];
    const pads: [number, number, number, number] = [0, 0, 0, 0].map((_, i) =>
      this.int(kernel[i % 2] as number),
    ) as [number, number, number, number];
    const dilations: [number, number] = [1, 1];
    const group = c % 2 === 0 && this.chance(0.3) ? 2 : 1;
    const out = group * (1 + this.int(3));
    const kind = this.int(5);
    if (kind === 0) {
      const mode = this.pick(["max", "average"] as const);
      const countIncludePad = this.chance(0.5);
      this.keep(
        this.builder.add("pool", {
          inputs: [x],
          mode,
          kernel,
          strides,
          pads,
          dilations,
          countIncludePad,
          p: 2,
        }),
      );
    } else if (kind === 1) {
      const weight = this.constant([c, out / group, ...kernel]);
      const outputSpatial: [number, number] = [
        Math.max(1, (h - 1) * strides[0] + kernel[0] - pads[0] - pads[2]),
        Math.max(1, (w - 1) * strides[1] + kernel[1] - pads[1] - pads[3] + this.int(2)),
      ];
      const bias = this.chance(0.5) ? this.constant([out]) : null;
      this.keep(
        this.builder.add("convTranspose", {
          inputs: [x, weight, bias],
          kernel,
          strides,
          pads,
          dilations,
          group,
          outputSpatial,
        }),
      );
    } else {
      const preRelu = this.chance(0.2);
      const scaled = this.chance(0.3);
      const pooled = this.chance(0.2) && h >= 2 * kernel[0] && w >= 2 * kernel[1];
      const weight = this.constant([out, c / group, ...kernel]);
      const biased = this.chance(0.5);
      const spec = {
        inputs: [
          x,
          weight,
          biased ? this.constant([out]) : null,
          null as Value | null,
          scaled ? this.constant([c]) : null,
          scaled ? this.constant([c]) : null,
          biased && this.chance(0.5) ? this.constant([out]) : null,
        ] as NodeOf<"conv">["inputs"],
        kernel,
        strides,
        pads,
        dilations,
        group,
        preRelu,
        prePool: pooled ? { kernel: [2, 2] as [number, number], strides: [2, 2] as [number, number] } : null,
        activation: this.chance(0.3) ? { op: "relu" as const, alpha: 0, beta: 0 } : null,
      };
      const [y] = this.builder.add("conv", spec);
      this.keep([y as Value]);
      const residual = this.values.find((v) => v !== y && v.dims.join() === y!.dims.join());
      if (residual && this.chance(0.5)) {
        spec.inputs[3] = residual;
        this.keep(this.builder.add("conv", spec));
      }
    }
    if (n > 1 && this.chance(0.2))
      this.keep(this.builder.add("softmax", { inputs: [x], axis: 1, log: false }));
  }

  private pointwise(): void {
    const x = this.source() as Value;
    if (x.dims.length >= 2 && this.chance(0.4)) {
      const c = x.dims[1] as number;
      this.keep(
        this.builder.add("scaleShift", {
          inputs: [x, this.constant([c]), this.constant([c])],
          activation: this.chance(0.4) ? { op: "relu", alpha: 0, beta: 0 } : null,
        }),
      );
      return;
    }
    const op = this.pick(["relu", "abs", "sigmoid", "neg", "tanh"] as UnaryOp[]);
    this.keep(this.builder.add("unary", { inputs: [x], op }));
  }

  private broadcast(): void {
    const x = this.source() as Value;
    const same = this.values.filter((value) => value !== x && value.dims.join() === x.dims.join());
    const thin = x.dims.map((length) => (this.chance(0.5) ? 1 : length)).slice(this.int(x.dims.length + 1));
    const other = same.length > 0 && this.chance(0.6) ? this.pick(same) : this.constant(thin);
    const op = this.pick(["add", "sub", "mul", "min", "max"] as const);
    const pair: [Value, Value] = this.chance(0.5) ? [x, other] : [other, x];
    if (this.chance(0.75)) {
      this.keep(this.builder.add("binary", { inputs: pair, op }));
      return;
    }
    const [condition] = this.builder.add("binary", { inputs: pair, op: "less" });
    if (condition!.constant !== undefined) return;
    this.keep(this.builder.add("where", { inputs: [condition as Value, x, other] }));
    this.keep(this.cast(this.builder.add("unary", { inputs: [condition as Value], op: "not" })[0] as Value));
  }

  private cast(value: Value): Value[] {
    return value.constant !== undefined ? [] : this.builder.add("cast", { inputs: [value], dtype: "f32" });
  }

  private join(): void {
    const x = this.source() as Value;
    if (x.dims.length === 0) return;
    const axis = x.dims.length === 4 && this.chance(0.8) ? 1 : this.int(x.dims.length);
    const fits = this.values.filter(
      ({ dims }) =>
        dims.length === x.dims.length && dims.every((length, i) => i === axis || length === x.dims[i]),
    );
    const inputs = Array.from({ length: 1 + this.int(3) }, () => this.pick(fits));
    inputs.splice(this.int(inputs.length + 1), 0, x);
    if (this.chance(0.15)) inputs.push(this.constant(x.dims.with(axis, 1 + this.int(2))));
    this.keep(this.builder.add("concat", { inputs, axis }));
  }

  private move(): void {
    const x = this.source() as Value;
    const { dims } = x;
    const ones = dims.map(() => 1);
    switch (this.int(5)) {
      case 0: {
        const perm = dims.map((_, i) => [this.next(), i] as const).sort((a, b) => a[0] - b[0]);
        this.keep(this.builder.add("transpose", { inputs: [x], perm: perm.map(([, i]) => i) }));
        return;
      }
      case 1: {
        const count = dims.map((length) => (this.chance(0.5) ? length : 1 + this.int(length)));
        const starts = dims.map((length, i) => this.int(length - (count[i] as number) + 1));
        const steps = [...ones];
        count.forEach((length, i) => {
          if (this.chance(0.15)) [starts[i], steps[i]] = [starts[i]! + length - 1, -1];
        });
        this.keep(this.builder.add("slice", { inputs: [x], starts, steps, dims: count }));
        return;
      }
      case 2:
        this.keep(this.builder.add("reshape", { inputs: [x], dims: this.factors(elementCount(dims)) }));
        return;
      case 3: {
        const wide = dims.map((length) => (length === 1 && this.chance(0.5) ? 1 + this.int(4) : length));
        const lead = dims.length < 5 && this.chance(0.3) ? [2] : [];
        this.keep(this.builder.add("expand", { inputs: [x], dims: [...lead, ...wide] }));
        return;
      }
      default: {
        const mode = this.pick(["constant", "reflect", "edge", "wrap"] as const);
        const pad = (length: number): number =>
          this.chance(0.5)
            ? 0
            : mode === "constant" && length > 2
              ? this.int(4) - 1
              : this.int(Math.min(3, length));
        this.keep(
          this.builder.add("pad", {
            inputs: [x],
            mode,
            before: dims.map(pad),
            after: dims.map(pad),
            value: 0.5,
          }),
        );
      }
    }
  }

  private factors(count: number): number[] {
    const dims: number[] = [];
    let rest = count;
    for (let i = 0; i < 4 && rest > 1; i++) {
      const divisors = Array.from({ length: rest }, (_, d) => d + 1).filter((d) => rest % d === 0);
      const factor = this.pick(divisors);
      dims.push(factor);
      rest /= factor;
    }
    return this.chance(0.2) ? [...dims, rest, 1] : [...dims, rest];
  }

  private index(): void {
    const x = this.source() as Value;
    if (x.dims.length === 0) return;
    const axis = this.int(x.dims.length);
    const size = x.dims[axis] as number;
    const count = 1 + this.int(4);
    if (this.chance(0.5)) {
      const taps = 1 + this.int(2);
      const indices = Int32Array.from({ length: count * taps }, () => this.int(size));
      this.keep(
        this.builder.add("resample", {
          inputs: [x],
          axis,
          taps,
          indices,
          weights: this.numbers(count * taps),
        }),
      );
      return;
    }
    const dims = this.pick([[], [1], [count], [2, count]]);
    const list = BigInt64Array.from({ length: elementCount(dims) }, () => BigInt(this.int(2 * size) - size));
    const indices = this.builder.constant(`c${this.constants++}`, list, dims);
    this.keep(this.builder.add("gather", { inputs: [x, indices], axis }));
  }

  private along(): void {
    const x = this.source() as Value;
    const rank = x.dims.length;
    if (rank === 0) return;
    const axis = this.int(rank);
    switch (this.int(6)) {
      case 0: {
        const axes = x.dims.map((_, i) => i).filter(() => this.chance(0.5));
        const spatial = rank === 4 && this.chance(0.4) ? [2, 3] : axes;
        const op = this.pick(["sum", "mean", "max", "l2"] as const);
        this.keep(this.builder.add("reduce", { inputs: [x], op, axes: spatial, keepDims: this.chance(0.5) }));
        return;
      }
      case 1: {
        const [index] = this.builder.add("argReduce", {
          inputs: [x],
          op: this.pick(["max", "min"] as const),
          axis,
          keepDims: this.chance(0.5),
          selectLast: false,
        });
        this.keep(this.cast(index as Value));
        return;
      }
      case 2:
        this.keep(this.builder.add("softmax", { inputs: [x], axis, log: this.chance(0.3) }));
        return;
      case 3: {
        const trailing = x.dims.slice(axis);
        const scale = this.chance(0.5)
          ? this.constant(trailing.map((n) => (this.chance(0.5) ? 1 : n)))
          : null;
        const outputCount = this.chance(0.3) ? 3 : 1;
        this.keep(
          this.builder.add("normalize", { inputs: [x, scale, null], axis, epsilon: 0.01, outputCount }),
        );
        return;
      }
      case 4: {
        const k = 1 + this.int(x.dims[axis] as number);
        const largest = this.chance(0.5);
        const [values, indices] = this.builder.add("topK", { inputs: [x], axis, k, largest, sorted: true });
        this.keep([values as Value, ...this.cast(indices as Value)]);
        return;
      }
      default:
        if (rank >= 2) this.product(x);
    }
  }

  private product(x: Value): void {
    const [rows, k] = x.dims.slice(-2) as [number, number];
    const transA = this.chance(0.3);
    const inner = transA ? rows : k;
    if (this.chance(0.3)) {
      const perm = x.dims.map((_, i) => i);
      perm.splice(-2, 2, perm.length - 1, perm.length - 2);
      const [turned] = this.builder.add("transpose", { inputs: [x], perm });
      this.keep(
        this.builder.add("matmul", {
          inputs: [x, turned as Value, null],
          transA: false,
          transB: false,
          alpha: 1,
        }),
      );
      return;
    }
    const n = 1 + this.int(4);
    const transB = this.chance(0.5);
    const lead = x.dims.length > 2 && this.chance(0.3) ? [x.dims.at(-3) as number] : [];
    const b = this.constant([...lead, ...(transB ? [n, inner] : [inner, n])]);
    const bias = this.chance(0.5) ? this.constant([n]) : null;
    this.keep(this.builder.add("matmul", { inputs: [x, b, bias], transA, transB, alpha: 0.5 }));
  }
}
