import { GraphBuilder } from "../../src/graph/builder.ts";
import type { NodeKind, Value } from "../../src/graph/graph.ts";
import { windowCountCeil } from "../../src/graph/shapes/spatial.ts";
import type { AddSpec } from "../../src/graph/spec.ts";
import { assert, suite } from "../shim.ts";

const test = suite("graph builder");

const WINDOW = {
  kernel: [3, 3] as [number, number],
  strides: [2, 2] as [number, number],
  pads: [1, 1, 1, 1] as [number, number, number, number],
  dilations: [1, 1] as [number, number],
};

/** dtype and dims of the outputs of one node over inputs with the given dims (f32 unless "i64:2,3"). */
function infer<K extends NodeKind>(
  kind: K,
  shapes: (string | null)[],
  fields: Omit<AddSpec<K>, "inputs">,
): string[] {
  const builder = new GraphBuilder();
  const inputs = shapes.map((shape, i) => {
    if (shape === null) return null;
    const [dtype, dims] = shape.includes(":")
      ? (shape.split(":") as [Value["dtype"], string])
      : ["f32", shape];
    return builder.input(`x${i}`, dtype as Value["dtype"], dims === "" ? [] : dims!.split(",").map(Number));
  });
  const outputs = builder.add(kind, { ...fields, inputs } as unknown as AddSpec<K>, { name: "node" });
  return outputs.map(({ dtype, dims }) => `${dtype}:${dims}`);
}

function fails(code: string, words: RegExp, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    assert.is((error as { code?: string }).code, code, String(error));
    assert.match((error as Error).message, words);
    return;
  }
  assert.unreachable("expected an error");
}

test("infers windows", () => {
  assert.equal(infer("conv", ["2,4,9,8", "6,2,3,3", "6"], { ...WINDOW, group: 2 }), ["f32:2,6,5,4"]);
  const prePool = { kernel: [2, 2] as [number, number], strides: [2, 2] as [number, number] };
  const pointwise = { ...WINDOW, kernel: [1, 1] as [number, number], strides: [1, 1] as [number, number] };
  const fused = { ...pointwise, pads: [0, 0, 0, 0] as [number, number, number, number], group: 1, prePool };
  assert.equal(infer("conv", ["1,4,7,6", "5,4,1,1"], fused), ["f32:1,5,3,3"]);
  const transposed = { ...WINDOW, group: 3, outputSpatial: [7, 9] as [number, number] };
  assert.equal(infer("convTranspose", ["1,6,4,5", "6,2,3,3", null], transposed), ["f32:1,6,7,9"]);
  const pool = { ...WINDOW, mode: "max" as const, countIncludePad: false, p: 0 };
  assert.equal(infer("pool", ["1,2,6,6"], { ...pool, pads: [0, 0, 0, 0] }), ["f32:1,2,2,2"]);
  assert.equal(infer("pool", ["1,2,6,6"], { ...pool, pads: [0, 0, 0, 0], ceilMode: true }), ["f32:1,2,3,3"]);
  const roi = { mode: "average" as const, samplingRatio: 0, spatialScale: 1, aligned: true };
  assert.equal(infer("roiAlign", ["2,3,8,8", "5,4", "i64:5"], { ...roi, outputSize: [7, 6] }), [
    "f32:5,3,7,6",
  ]);
  const nms = { maxPerClass: 4, iouThreshold: 0.5, scoreThreshold: 0, centerPointBox: false };
  assert.equal(infer("nms", ["2,10,4", "2,3,10"], nms), ["i64:24,3"]);
});

test("drops a rounded-up window that starts behind the data", () => {
  assert.is(windowCountCeil(5, 2, 2, 0, 0, 1), 3);
  // ceil gives 3 windows at -1, 2, 5, but the data ends at 4.
  assert.is(windowCountCeil(5, 1, 3, 1, 1, 1), 2);
});

test("infers products, broadcasts and reductions", () => {
  const product = { transA: true, transB: true, alpha: 1 };
  assert.equal(infer("matmul", ["4,1,3,2", "5,6,3", null], product), ["f32:4,5,2,6"]);
  assert.equal(infer("binary", ["3,1,5", "4,1"], { op: "less" }), ["bool:3,4,5"]);
  assert.equal(infer("binary", ["i64:2", "i64:"], { op: "div" }), ["i64:2"]);
  assert.equal(infer("where", ["bool:2,1", "3", "1"], {}), ["f32:2,3"]);
  assert.equal(infer("unary", ["2"], { op: "isNan" }), ["bool:2"]);
  assert.equal(infer("cast", ["2"], { dtype: "i64" }), ["i64:2"]);
  assert.equal(infer("reduce", ["2,3,4"], { op: "sum", axes: [0, 2], keepDims: false }), ["f32:3"]);
  assert.equal(infer("reduce", ["2,3,4"], { op: "sum", axes: [0, 2], keepDims: true }), ["f32:1,3,1"]);
  const arg = { op: "max" as const, axis: 1, keepDims: false, selectLast: false };
  assert.equal(infer("argReduce", ["2,3,4"], arg), ["i64:2,4"]);
  assert.equal(infer("softmax", ["2,3"], { axis: 1, log: false }), ["f32:2,3"]);
  assert.equal(infer("normalize", ["2,3,4", "4", "3,4"], { axis: 1, epsilon: 1e-5 }), ["f32:2,3,4"]);
  const three = { axis: 1, epsilon: 1e-5, outputCount: 3 as const };
  assert.equal(infer("normalize", ["2,3,4", null, null], three), ["f32:2,3,4", "f32:2,1,1", "f32:2,1,1"]);
  assert.equal(infer("topK", ["2,9"], { axis: 1, k: 4, largest: true, sorted: true }), [
    "f32:2,4",
    "i64:2,4",
  ]);
  assert.equal(infer("scaleShift", ["2,3,4", "3", "3"], {}), ["f32:2,3,4"]);
});

test("infers data movement", () => {
  assert.equal(infer("concat", ["2,3", "2,0", "2,4"], { axis: 1 }), ["f32:2,7"]);
  assert.equal(infer("slice", ["5,6"], { starts: [4, 0], steps: [-2, 1], dims: [3, 6] }), ["f32:3,6"]);
  assert.equal(infer("transpose", ["2,3,4"], { perm: [2, 0, 1] }), ["f32:4,2,3"]);
  assert.equal(infer("reshape", ["2,6"], { dims: [3, 4] }), ["f32:3,4"]);
  assert.equal(infer("expand", ["3,1"], { dims: [2, 3, 4] }), ["f32:2,3,4"]);
  assert.equal(infer("pad", ["3,4"], { mode: "edge", before: [1, -2], after: [0, 1], value: 0 }), [
    "f32:4,3",
  ]);
  assert.equal(infer("gather", ["2,3,4", "i64:5,6"], { axis: 1 }), ["f32:2,5,6,4"]);
  const linear = { axis: 1, taps: 2, indices: Int32Array.of(0, 1, 1, 2), weights: new Float32Array(4) };
  assert.equal(infer("resample", ["2,3"], linear), ["f32:2,2"]);
});

test("names the node and what does not fit", () => {
  const bad = (words: RegExp, run: () => unknown): void => fails("SHAPE_MISMATCH", words, run);
  bad(/conv "node": the weight must be \[6, 4, 3, 3\]/, () =>
    infer("conv", ["1,4,9,9", "6,5,3,3"], { ...WINDOW, group: 1 }),
  );
  bad(/does not fit/, () => infer("conv", ["1,4,0,9", "6,4,3,3"], { ...WINDOW, group: 1 }));
  bad(/group/, () => infer("conv", ["1,4,9,9", "6,4,3,3"], { ...WINDOW, group: 0 }));
  bad(/positive/, () => infer("conv", ["1,4,9,9", "6,4,3,3"], { ...WINDOW, strides: [0, 1], group: 1 }));
  bad(/inner sizes differ: 3 .* 4/, () =>
    infer("matmul", ["2,3", "4,5", null], { transA: false, transB: false, alpha: 1 }),
  );
  bad(/broadcast/, () => infer("binary", ["3,2", "3,4"], { op: "add" }));
  bad(/both operands must be f32/, () => infer("binary", ["3", "i64:3"], { op: "add" }));
  bad(/axis must lie/, () => infer("softmax", ["2,3"], { axis: 2, log: false }));
  bad(/along the axis only/, () => infer("concat", ["2,3", "3,3"], { axis: 1 }));
  bad(/do not lie/, () => infer("slice", ["5"], { starts: [3], steps: [1], dims: [3] }));
  bad(/each axis once/, () => infer("transpose", ["2,3"], { perm: [0, 0] }));
  bad(/cannot be reshaped/, () => infer("reshape", ["2,3"], { dims: [7] }));
  bad(/cannot be expanded/, () => infer("expand", ["2,3"], { dims: [3] }));
  bad(/reflect/, () => infer("pad", ["3"], { mode: "reflect", before: [3], after: [0], value: 0 }));
  bad(/k must lie/, () => infer("topK", ["3"], { axis: 0, k: 4, largest: true, sorted: true }));
  bad(/indices/, () =>
    infer("resample", ["2"], { axis: 0, taps: 1, indices: Int32Array.of(2), weights: Float32Array.of(1) }),
  );
  fails("LIMIT_EXCEEDED", /elements/, () => infer("expand", ["1"], { dims: [1 << 16, 1 << 16] }));
});

test("evaluates small constant subgraphs at once and keeps large ones as nodes", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "f32", [2, 3, 4]);
  const shape = builder.constant("shape", BigInt64Array.of(2n, 3n, 4n), [3]);
  const last = builder.constant("last", BigInt64Array.of(-1n), [1]);
  const [size] = builder.add("gather", { inputs: [shape, last], axis: 0 });
  const [half] = builder.add("binary", {
    inputs: [size!, builder.constant("two", BigInt64Array.of(2n), [])],
    op: "div",
  });
  assert.equal(half!.constant, BigInt64Array.of(2n));
  const scalar = builder.constant("one", Float32Array.of(1), [1]);
  const [small] = builder.add("expand", { inputs: [scalar], dims: [300] });
  const [large] = builder.add("expand", { inputs: [scalar], dims: [300, 300] });
  assert.is(small!.constant?.length, 300);
  assert.is(large!.constant, undefined);
  const graph = builder.finish("g", [x, large!]);
  assert.is(graph.nodes.length, 1);
});

test("names outputs, checks constants, refuses values of another graph", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "f32", [2, 3]);
  const options = { name: "top", outputNames: ["values", "indices"] };
  const outputs = builder.add("topK", { inputs: [x], axis: 1, k: 2, largest: true, sorted: true }, options);
  assert.equal(
    outputs.map(({ name }) => name),
    ["values", "indices"],
  );
  assert.is(builder.finish("g", outputs).nodes[0]!.name, "top");
  fails("SHAPE_MISMATCH", /needs 3 elements/, () => builder.constant("c", new Float32Array(2), [3]));
  fails("SHAPE_MISMATCH", /i64/, () => builder.constant("c", new Float32Array(3), [3], "i64"));
  assert.is(builder.constant("flags", new Uint8Array(1), [1], "bool").dtype, "bool");
  const other = new GraphBuilder();
  fails("INTERNAL", /another graph/, () => other.add("unary", { inputs: [x], op: "relu" }));
  fails("INTERNAL", /another graph/, () => other.finish("g", [x]));
});

test.run();
