/** Constants over several builds: computed once, given back as the same arrays, never mixed up, and forgotten in the end. */
import type { Graph, TensorData, Value } from "../../src/graph/graph.ts";
import { importGraph, type OnnxModel } from "../../src/onnx/import.ts";
import { NodeBuilder } from "../../src/onnx/node-builder.ts";
import { ConstantMemo } from "../../src/optimize/constant-memo.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { assert, random, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";
import { randomGraph } from "../support/random-graph.ts";

const test = suite("constant memo");

const SEEDS = Array.from({ length: 60 }, (_, i) => 700 + i);

test("one memo for many networks changes no bit of any", () => {
  const memo = new ConstantMemo();
  for (const round of [0, 1]) {
    for (const seed of SEEDS) {
      memo.begin();
      const { graph } = randomGraph(seed);
      assert.equal(optimize(graph, { memo }), optimize(graph), `round ${round}, network ${seed}`);
    }
  }
});

function constantsOf(graph: Graph): TensorData[] {
  const values: (Value | null)[] = graph.nodes.flatMap((node) => node.inputs as (Value | null)[]);
  return values.flatMap((value) => value?.constant ?? []);
}

/** Convolution with batch normalisation, a scaled mean in front of a linear layer, a transposed weight, a bias. */
function model(): OnnxModel {
  const next = random(3);
  const net = new NodeBuilder();
  const weights = (name: string, dims: number[], offset = 0): string => {
    const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => offset + next());
    return net.floats(name, data, dims);
  };
  const norm = (x: string, name: string): string => {
    const parts = ["scale", "shift", "mean", "variance"].map((part) => weights(`${name}.${part}`, [6], 0.5));
    return net.node("BatchNormalization", name, [x, ...parts]);
  };
  let x = net.node("Conv", "conv", ["x", weights("w", [6, 3, 3, 3]), weights("b", [6])]);
  x = net.node("Relu", "relu", [norm(x, "norm")]);
  x = norm(net.node("GlobalAveragePool", "mean", [x]), "after");
  x = net.node("Flatten", "flat", [x]);
  // Larger than what the graph builder computes at once.
  const wide = net.node("Transpose", "turned", [weights("wide", [20_000, 6])]);
  x = net.node("MatMul", "product", [x, wide]);
  net.node("Add", "y", [x, weights("bias", [20_000])]);
  return {
    irVersion: 8,
    producerName: "",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "net",
      inputs: [{ name: "x", type: "float", dims: [1, 3, "h", "w"] }],
      outputs: [{ name: "y", type: "float", dims: null }],
      initializers: net.initializers,
      nodes: net.nodes,
    },
  };
}

test("another input size gets the arrays of the first", () => {
  const network = model();
  const memo = new ConstantMemo();
  const build = (size: number): Graph => {
    memo.begin();
    return optimize(importGraph(network, { inputs: { x: { dims: [1, 3, size, size + 1] } } }), { memo });
  };
  const [first, second] = [build(9), build(14)];
  assert.equal(
    first.nodes.map((node) => node.kind),
    second.nodes.map((node) => node.kind),
  );
  assert.is(first.nodes.filter(({ kind }) => kind === "scaleShift" || kind === "transpose").length, 0);
  const [a, b] = [constantsOf(first), constantsOf(second)];
  assert.is(a.length, b.length);
  for (const [i, data] of a.entries()) assert.is(memo.canonical(data), memo.canonical(b[i]!));
  const large = a.findIndex((data) => data.length === 120_000);
  assert.ok(a[large] === b[large]);
});

test("what only fields, absent operands or special numbers tell apart is not mixed up", () => {
  const memo = new ConstantMemo();
  const values = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1];
  for (const value of values) {
    const s = new Sketch();
    // Too large for the builder.
    const data = new Float32Array(70_000).fill(2);
    const constant = s.builder.constant("c", data, [70_000]);
    const pad = s.builder.add("pad", {
      inputs: [constant],
      mode: "constant",
      before: [1],
      after: [0],
      value,
    } as never)[0]!;
    const graph = s.finish(s.builder.add("binary", { inputs: [s.input("x", 1), pad], op: "add" })[0]!);
    const folded = constantsOf(optimize(graph, { memo })).find(({ length }) => length === 70_001);
    assert.ok(Object.is(folded?.[0], value), `${value}: ${folded?.[0]}`);
  }
});

test("equal bytes of one type are one array; others are not", () => {
  const memo = new ConstantMemo();
  const data = Float32Array.from({ length: 5000 }, (_, i) => i);
  assert.is(memo.canonical(data), data);
  assert.is(memo.canonical(data.slice()), data);
  assert.is(memo.canonical(new Float32Array(data.buffer)), data);
  const changed = data.slice();
  changed[4321] = -1; // perhaps not among the samples
  assert.is(memo.canonical(changed), changed);
  const shorter = data.slice(0, 4999);
  assert.is(memo.canonical(shorter), shorter);
  const sameBits = new Int32Array(data.slice().buffer);
  assert.is(memo.canonical(sameBits), sameBits);
  const signed = Float32Array.of(0, Number.NaN);
  assert.is(memo.canonical(signed), signed);
  assert.is.not(memo.canonical(Float32Array.of(-0, Number.NaN)), signed);
  assert.is(memo.canonical(Float32Array.of(0, Number.NaN)), signed);
});

test("what no build asks for any more is computed again, and not kept", () => {
  const memo = new ConstantMemo();
  const source = Float32Array.of(1, 2, 3);
  let made = 0;
  const derive = (): Float32Array =>
    memo.derive("twice", [source], () => {
      made++;
      return [source.map((v) => 2 * v)];
    })[0]!;
  memo.begin();
  const first = derive();
  for (let build = 0; build < 20; build++) {
    memo.begin();
    if (build % 3 === 0) assert.is(derive(), first);
  }
  assert.is(made, 1);
  for (let build = 0; build < 6; build++) memo.begin();
  assert.is.not(derive(), first);
  assert.equal(derive(), first);
  assert.is(made, 2);
});

test.run();
