/** Node kinds one by one: steps chosen, numbers that can be checked by hand, refusals. */
import { SpineXRError } from "../../src/api/errors.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { StepKind } from "../../src/plan/steps.ts";
import { assert, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { NetBuilder } from "./nets.ts";

const test = suite("plan: lowering");

const kinds = (graph: Graph): StepKind[] => buildPlan(graph).steps.map((step) => step.kind);
const run = (graph: Graph, ...inputs: (readonly number[])[]): number[][] => {
  const plan = buildPlan(graph);
  encodePlan(plan);
  return execute(plan, inputs).outputs;
};
const refuses = (graph: Graph, text: RegExp): void => {
  assert.throws(
    () => buildPlan(graph),
    (error: unknown) =>
      error instanceof SpineXRError && error.code === "UNSUPPORTED_OPERATOR" && text.test(error.message),
  );
};

test("convTranspose: overlapping 3x3 windows of ones, stride 2", () => {
  for (const constant of [true, false]) {
    const b = new GraphBuilder();
    const x = b.input("x", "f32", [1, 1, 2, 2]);
    const ones = new Array<number>(9).fill(1);
    const weight = constant
      ? b.constant("w", Float32Array.from(ones), [1, 1, 3, 3])
      : b.input("w", "f32", [1, 1, 3, 3]);
    const [y] = b.add("convTranspose", {
      inputs: [x, weight, null],
      kernel: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      group: 1,
      outputSpatial: [3, 3],
    });
    const graph = b.finish("transposed", [y as Value]);
    const inputs = constant ? [[1, 2, 3, 4]] : [[1, 2, 3, 4], ones];
    assert.equal(run(graph, ...inputs), [[1, 3, 2, 4, 10, 6, 3, 7, 4]]);
  }
});

test("a computed kernel of convTranspose is turned and its channels exchanged", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [1, 2, 1, 1]);
  const w = b.input("w", "f32", [2, 3, 1, 2]);
  const [y] = b.add("convTranspose", {
    inputs: [x, w, null],
    kernel: [1, 2],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    group: 1,
    outputSpatial: [1, 2],
  });
  const weights = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60];
  assert.equal(run(b.finish("turned", [y as Value]), [1, 2], weights), [[21, 42, 63, 84, 105, 126]]);
});

test("global average pool is one reduce over strided pixels", () => {
  const net = new NetBuilder();
  const x = net.conv(net.builder.input("x", "f32", [2, 3, 4, 5]), 6, 1);
  const graph = net.builder.finish("head", [net.head(x, 2)]);
  assert.equal(kinds(graph), ["copy", "conv", "reduce", "matmul"]);
  const reduce = buildPlan(graph).steps.find((step) => step.kind === "reduce");
  assert.equal(reduce?.fields, { op: 1, outer: 2, n: 20, inner: 6, outerStride: 120, stride: 6 });
});

test("per-channel operands of feature maps are read through strides", () => {
  const net = new NetBuilder();
  const x = net.conv(net.builder.input("x", "f32", [1, 2, 3, 3]), 4, 1);
  const [y] = net.builder.add("binary", { inputs: [x, net.constant([4, 1, 1])], op: "mul" });
  const graph = net.builder.finish("gate", [net.conv(y as Value, 1, 1)]);
  assert.equal(kinds(graph), ["copy", "conv", "binary", "conv"]);
  const binary = buildPlan(graph).steps[2];
  assert.equal(binary?.fields, {
    op: 2,
    dims: [1, 1, 1, 1, 9, 4],
    aStride: [0, 0, 0, 0, 4, 1],
    bStride: [0, 0, 0, 0, 0, 1],
    yStride: [0, 0, 0, 0, 4, 1],
    activation: 0,
    alpha: 0,
    beta: 0,
  });
});

test("rows of a matmul swallow the batch where the right operand has none", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 3, 4, 5]);
  const w = b.input("w", "f32", [5, 6]);
  const [y] = b.add("matmul", { inputs: [x, w, null], transA: false, transB: false, alpha: 1 });
  const [step] = buildPlan(b.finish("rows", [y as Value])).steps;
  assert.ok(step?.kind === "matmul");
  assert.equal([step.fields.m, step.fields.n, step.fields.k, step.fields.batch], [24, 6, 5, [1, 1, 1, 1]]);
});

test("more batch axes than a matmul step has: operands are expanded", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 1, 2, 1, 2, 1, 1, 2]);
  const y = b.input("y", "f32", [1, 2, 1, 2, 1, 2, 2, 1]);
  const [z] = b.add("matmul", { inputs: [x, y, null], transA: false, transB: false, alpha: 1 });
  const graph = b.finish("batches", [z as Value]);
  assert.equal(kinds(graph), ["copy", "copy", "matmul"]);
  const a = Array.from({ length: 16 }, (_, i) => i + 1);
  const result = run(graph, a, a)[0] as number[];
  assert.is(result.length, 64);
  assert.equal([result[0], result[1], result[63]], [1 * 1 + 2 * 2, 1 * 3 + 2 * 4, 15 * 15 + 16 * 16]);
});

test("more axes than a binary step has: operands are expanded", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 1, 2, 1, 2, 1, 2, 1]);
  const y = b.input("y", "f32", [1, 2, 1, 2, 1, 2, 1, 2]);
  const [z] = b.add("binary", { inputs: [x, y], op: "add" });
  const graph = b.finish("checkered", [z as Value]);
  assert.equal(kinds(graph), ["copy", "copy", "binary"]);
  const [sums] = run(
    graph,
    Array.from({ length: 16 }, (_, i) => 16 * i),
    Array.from({ length: 16 }, (_, i) => i),
  );
  assert.equal(
    [...(sums as number[])].sort((p, q) => p - q),
    Array.from({ length: 256 }, (_, i) => i),
  );
});

test("integers: 64-bit ports on 32-bit tensors, arithmetic, comparison, selection", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "i64", [4]);
  const seven = b.constant("seven", new BigInt64Array([7n]), [1]);
  const [sum] = b.add("binary", { inputs: [x, seven], op: "add" });
  const [rest] = b.add("binary", {
    inputs: [sum as Value, b.constant("m", new BigInt64Array([-4n]), [])],
    op: "mod",
  });
  const [big] = b.add("binary", { inputs: [x, seven], op: "greater" });
  const [chosen] = b.add("where", { inputs: [big as Value, x, rest as Value] });
  const plan = buildPlan(b.finish("integers", [chosen, big] as Value[]));
  assert.equal(plan.inputs[0]?.dtype, "i64");
  assert.equal(
    plan.outputs.map((port) => port.dtype),
    ["i64", "bool"],
  );
  assert.is(plan.tensors[plan.inputs[0]!.tensor]?.dtype, "i32");
  assert.equal(execute(plan, [[-9, 0, 8, 3]]).outputs, [
    [-2, -1, 8, -2],
    [0, 0, 1, 0],
  ]);
});

test("what the core cannot compute is refused with the node's name", () => {
  const wide = new GraphBuilder();
  const x = wide.input("x", "i64", [1]);
  const huge = wide.constant("huge", new BigInt64Array([2n ** 40n]), [1]);
  const [sum] = wide.add("binary", { inputs: [x, huge], op: "add" });
  refuses(wide.finish("wide", [sum as Value]), /"huge" holds 1099511627776/);

  const bytes = new GraphBuilder();
  const [cast] = bytes.add(
    "cast",
    { inputs: [bytes.input("f", "f32", [2])], dtype: "u8" },
    { name: "shrink" },
  );
  refuses(bytes.finish("bytes", [cast as Value]), /cast "shrink" converts f32 to uint8/);

  const pool = new GraphBuilder();
  const [maximum] = pool.add("reduce", {
    inputs: [pool.input("u", "u8", [3])],
    op: "max",
    axes: [0],
    keepDims: false,
  });
  refuses(pool.finish("pool", [maximum as Value]), /computes in f32 or i32, but "u" is u8/);
});

test("bool: logic, casts there and back", () => {
  const b = new GraphBuilder();
  const [p, q] = [b.input("p", "bool", [4]), b.input("q", "bool", [4])];
  const [either] = b.add("binary", { inputs: [p, q], op: "xor" });
  const [no] = b.add("unary", { inputs: [either as Value], op: "not" });
  const [number] = b.add("cast", { inputs: [no as Value], dtype: "f32" });
  const [same] = b.add("binary", { inputs: [p, q], op: "equal" });
  const [back] = b.add("cast", { inputs: [number as Value], dtype: "bool" });
  const outputs = run(b.finish("logic", [number, same, back] as Value[]), [0, 0, 1, 1], [0, 1, 0, 1]);
  assert.equal(outputs, [
    [1, 0, 0, 1],
    [1, 0, 0, 1],
    [1, 0, 0, 1],
  ]);
});

test("nothing to compute: empty values, reductions of nothing, an empty operand of a concat", () => {
  const b = new GraphBuilder();
  const none = b.input("none", "f32", [0, 3]);
  const x = b.input("x", "f32", [2, 3]);
  const [relu] = b.add("unary", { inputs: [none], op: "relu" });
  const [sum] = b.add("reduce", { inputs: [relu as Value], op: "sum", axes: [0], keepDims: false });
  const [top] = b.add("reduce", { inputs: [none], op: "max", axes: [0], keepDims: true });
  const [all] = b.add("concat", { inputs: [none, x, relu as Value], axis: 0 });
  const [padded] = b.add("pad", {
    inputs: [none],
    mode: "constant",
    before: [1, 0],
    after: [0, 0],
    value: 2,
  });
  const [product] = b.add("matmul", {
    inputs: [b.input("left", "f32", [2, 0]), none, b.constant("c", new Float32Array([1, 2, 3]), [3])],
    transA: false,
    transB: false,
    alpha: 1,
  });
  const graph = b.finish("empty", [relu, sum, top, all, padded, product] as Value[]);
  const low = Number.NEGATIVE_INFINITY;
  assert.equal(run(graph, [], [1, 2, 3, 4, 5, 6], []), [
    [],
    [0, 0, 0],
    [low, low, low],
    [1, 2, 3, 4, 5, 6],
    [2, 2, 2],
    [1, 2, 3, 1, 2, 3],
  ]);
});

test("pads: reflect, edge and wrap by index, negative ones crop", () => {
  const padded = (
    mode: "reflect" | "edge" | "wrap" | "constant",
    before: number,
    after: number,
  ): number[] => {
    const b = new GraphBuilder();
    const x = b.input("x", "f32", [4]);
    const [y] = b.add("pad", { inputs: [x], mode, before: [before], after: [after], value: 9 });
    return run(b.finish("pad", [y as Value]), [1, 2, 3, 4])[0] as number[];
  };
  assert.equal(padded("reflect", 2, 3), [3, 2, 1, 2, 3, 4, 3, 2, 1]);
  assert.equal(padded("edge", 2, 1), [1, 1, 1, 2, 3, 4, 4]);
  assert.equal(padded("wrap", 5, 1), [4, 1, 2, 3, 4, 1, 2, 3, 4, 1]);
  assert.equal(padded("reflect", -1, 1), [2, 3, 4, 3]);
  assert.equal(padded("constant", 1, -2), [9, 1, 2]);
  assert.equal(padded("constant", -1, -1), [2, 3]);
});

test("nms: as many rows as were selected", () => {
  const b = new GraphBuilder();
  const boxes = b.input("boxes", "f32", [1, 3, 4]);
  const scores = b.input("scores", "f32", [1, 2, 3]);
  const spec = { maxPerClass: 100, iouThreshold: 0.5, scoreThreshold: 0.2, centerPointBox: false };
  const [rows] = b.add("nms", { inputs: [boxes, scores], ...spec });
  const corners = [0, 0, 10, 10, 0, 1, 10, 10, 20, 20, 30, 30];
  const plan = buildPlan(b.finish("nms", [rows as Value]));
  assert.is(plan.outputs[0]?.dims[0], 6);
  const result = execute(plan, [corners, [0.5, 0.9, 0.1, 0, 0, 0.3]]).outputs[0];
  assert.equal(result, [0, 0, 1, 0, 1, 2]);
});

test("roiAlign: the mean of a bin of four pixels", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 1, 4, 4]);
  const rois = b.constant("rois", new Float32Array([0, 0, 4, 4]), [1, 4]);
  const batch = b.constant("batch", new BigInt64Array([1n]), [1]);
  const spec = { mode: "average" as const, outputSize: [2, 2] as [number, number], samplingRatio: 2 };
  const [y] = b.add("roiAlign", { inputs: [x, rois, batch], ...spec, spatialScale: 1, aligned: true });
  const graph = b.finish("roi", [y as Value]);
  assert.equal(
    run(
      graph,
      Array.from({ length: 32 }, (_, i) => i),
    ),
    [[18.5, 20.5, 26.5, 28.5]],
  );
});

test.run();
