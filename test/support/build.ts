/** Short names for building networks by hand in tests. Constants are seeded per builder, so text and numbers are stable. */
import { type AddOptions, GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, UnaryOp, Value } from "../../src/graph/graph.ts";
import type { AddSpec } from "../../src/graph/spec.ts";
import { random } from "./random.ts";

type Pads = [number, number, number, number];
interface ConvOptions {
  kernel?: number;
  stride?: number;
  pad?: number;
  pads?: Pads;
  group?: number;
  bias?: boolean;
  name?: string;
}

export class Sketch {
  readonly builder = new GraphBuilder();
  readonly #random = random(1);
  #constants = 0;

  input(name: string, ...dims: number[]): Value {
    return this.builder.input(name, "f32", dims);
  }
  /** Uniform in -1 .. 1 (shifted away from 0 by `offset`). */
  constant(dims: number[], offset = 0): Value {
    const count = dims.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: count }, () => offset + 2 * this.#random() - 1);
    return this.builder.constant(`c${this.#constants++}`, data, dims);
  }
  conv(x: Value, outputs: number, options: ConvOptions = {}): Value {
    const { kernel = 1, stride = 1, pad = 0, group = 1, bias = false } = options;
    const weight = this.constant([outputs, x.dims[1]! / group, kernel, kernel]);
    return this.builder.add(
      "conv",
      {
        inputs: [x, weight, bias ? this.constant([outputs]) : null],
        kernel: [kernel, kernel],
        strides: [stride, stride],
        pads: options.pads ?? [pad, pad, pad, pad],
        dilations: [1, 1],
        group,
      },
      named(options.name),
    )[0]!;
  }
  norm(x: Value, name?: string): Value {
    const channels = x.dims[1]!;
    const inputs: AddSpec<"scaleShift">["inputs"] = [
      x,
      this.constant([channels], 1.5),
      this.constant([channels]),
    ];
    return this.builder.add("scaleShift", { inputs }, named(name))[0]!;
  }
  unary(x: Value, op: UnaryOp, name?: string): Value {
    return this.builder.add("unary", { inputs: [x], op }, named(name))[0]!;
  }
  relu(x: Value, name?: string): Value {
    return this.unary(x, "relu", name);
  }
  binary(op: AddSpec<"binary">["op"], a: Value, b: Value, name?: string): Value {
    return this.builder.add("binary", { inputs: [a, b], op }, named(name))[0]!;
  }
  concat(inputs: Value[], name?: string): Value {
    return this.builder.add("concat", { inputs, axis: 1 }, named(name))[0]!;
  }
  pool(x: Value, spec: Partial<AddSpec<"pool">>, name?: string): Value {
    return this.builder.add(
      "pool",
      {
        inputs: [x],
        mode: "average",
        kernel: [2, 2],
        strides: [2, 2],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        countIncludePad: false,
        p: 0,
        ...spec,
      },
      named(name),
    )[0]!;
  }
  globalMean(x: Value, name?: string): Value {
    return this.builder.add(
      "reduce",
      { inputs: [x], op: "mean", axes: [2, 3], keepDims: true },
      named(name),
    )[0]!;
  }
  reshape(x: Value, dims: number[], name?: string): Value {
    return this.builder.add("reshape", { inputs: [x], dims }, named(name))[0]!;
  }
  transpose(x: Value, perm: number[], name?: string): Value {
    return this.builder.add("transpose", { inputs: [x], perm }, named(name))[0]!;
  }
  pad(x: Value, [top, left, bottom, right]: Pads, value = 0, name?: string): Value {
    return this.builder.add(
      "pad",
      { inputs: [x], mode: "constant", before: [0, 0, top, left], after: [0, 0, bottom, right], value },
      named(name),
    )[0]!;
  }
  /** x [N, C] times a constant [C, outputs]. */
  linear(x: Value, outputs: number, name?: string, bias = true): Value {
    const weight = this.constant([x.dims.at(-1)!, outputs]);
    return this.builder.add(
      "matmul",
      { inputs: [x, weight, bias ? this.constant([outputs]) : null], transA: false, transB: false, alpha: 1 },
      named(name),
    )[0]!;
  }
  finish(...outputs: Value[]): Graph {
    return this.builder.finish("test", outputs);
  }
}

const named = (name: string | undefined): AddOptions => (name === undefined ? {} : { name });

/** Uniform values in -1 .. 1 for every f32 input. */
export function randomInputs(graph: Graph, seed = 5): Record<string, Float32Array> {
  const next = random(seed);
  return Object.fromEntries(
    graph.inputs.map(({ name, dims }) => [
      name,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1),
    ]),
  );
}
