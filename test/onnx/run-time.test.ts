/** Importers that combine nodes the builder does not evaluate: run by the float64 interpreter on hand-worked values. */
import { importGraph, parseModel } from "../../src/onnx/import.ts";
import type { OnnxAttribute, OnnxTensor } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { count, f, scalar } from "./folded.ts";
import { int64s, model, node } from "./models.ts";

const test = suite("onnx run time");

/** The outputs of one operator whose float inputs arrive at run time; integer inputs are initializers. */
function run(
  op: string,
  opset: number,
  tensors: OnnxTensor[],
  attributes: Record<string, OnnxAttribute>,
  outputs = "y",
) {
  const named = tensors.map((tensor, i) => ({ ...tensor, name: `i${i}` }));
  const floats = named.filter((tensor) => tensor.type === "float");
  const source = model({
    nodes: [node(op, named.map(({ name }) => name).join(" "), outputs, attributes)],
    inputs: Object.fromEntries(floats.map(({ name, dims }) => [name, ["float", [...dims]] as const])),
    initializers: named.filter((tensor) => tensor.type !== "float"),
    opset,
  });
  const signature = Object.fromEntries(floats.map(({ name, dims }) => [name, { dims }]));
  const graph = importGraph(parseModel(writeModel(source)), { inputs: signature });
  const data = Object.fromEntries(floats.map(({ name, data: values }) => [name, values as Float32Array]));
  return [...interpret(graph, data).values()];
}

function near(found: ArrayLike<number | bigint>, expected: readonly number[]): void {
  assert.is(found.length, expected.length);
  expected.forEach((value, i) => {
    const difference = Math.abs(Number(found[i]) - value);
    assert.ok(difference < 1e-6 * (1 + Math.abs(value)), `element ${i}: ${found[i]}, expected ${value}`);
  });
}

test("LRN takes the smaller half of an even window in front", () => {
  const attributes = { size: { int: 2 }, alpha: { float: 2 }, beta: { float: 0.5 }, bias: { float: 1 } };
  const [y] = run("LRN", 13, [f([1, 3, 1, 2], [1, 0, 2, 0, 3, 1])], attributes);
  // alpha / size = 1: channel c sees itself and c + 1
  const d = (...values: number[]) => Math.sqrt(1 + values.reduce((sum, v) => sum + v * v, 0));
  near(y!.data, [1 / d(1, 2), 0, 2 / d(2, 3), 0, 3 / d(3), 1 / d(1)]);
});

test("softmax before opset 13 runs over all axes from its axis on", () => {
  const x = f([1, 2, 2], [0, 0, Math.log(2), 0]);
  const [flat] = run("Softmax", 11, [x], {});
  near(flat!.data, [0.2, 0.2, 0.4, 0.2]);
  assert.equal(flat!.dims, [1, 2, 2]);
  const [last] = run("Softmax", 13, [x], {});
  near(last!.data, [0.5, 0.5, 2 / 3, 1 / 3]);
});

test("group normalisation has factors per group in opset 18, per channel in opset 21", () => {
  const x = f([1, 4, 1], [1, 3, 5, 9]);
  const attributes = { num_groups: { int: 2 }, epsilon: { float: 0 } };
  near(
    run("GroupNormalization", 18, [x, f([2], [1, 10]), f([2], [0, 1])], attributes)[0]!.data,
    [-1, 1, -9, 11],
  );
  near(
    run("GroupNormalization", 21, [x, f([4], [1, 2, 3, 4]), f([4], [0, 0, 1, 1])], attributes)[0]!.data,
    [-1, 2, -2, 5],
  );
});

test("batch normalisation with statistics that arrive at run time", () => {
  const parameters = [f([1], [2]), f([1], [1]), f([1], [3]), f([1], [4])];
  near(
    run("BatchNormalization", 15, [f([1, 1, 2], [3, 5]), ...parameters], { epsilon: { float: 0 } })[0]!.data,
    [1, 3],
  );
});

test("Gemm adds a column, a row or a number", () => {
  const a = f([2, 1], [1, 2]);
  const b = f([1, 2], [1, 10]);
  const half = { beta: { float: 0.5 } };
  near(run("Gemm", 13, [a, b, f([2, 1], [2, 4])], half)[0]!.data, [2, 11, 4, 22]);
  near(run("Gemm", 13, [a, b, f([2], [2, 4])], half)[0]!.data, [2, 12, 3, 22]);
  near(run("Gemm", 13, [a, b, scalar(2)], half)[0]!.data, [2, 11, 3, 21]);
  assert.throws(() => run("Gemm", 13, [a, b, f([3, 1, 2], count(6))], {}), /SHAPE_MISMATCH|broadcast/);
});

test("MatMul drops the axis of a vector", () => {
  const [left] = run("MatMul", 13, [f([2], [1, 2]), f([3, 2, 1], count(6))], {});
  assert.equal(left!.dims, [3, 1]);
  near(left!.data, [5, 11, 17]);
  const [right] = run("MatMul", 13, [f([3, 1, 2], count(6)), f([2], [1, 2])], {});
  assert.equal(right!.dims, [3, 1]);
  near(right!.data, [5, 11, 17]);
});

test("a 1-D convolution with SAME_LOWER pads in front; a transposed one by output_shape does as well", () => {
  const x = f([1, 1, 3], [1, 2, 3]);
  const w = f([1, 1, 2], [1, 10]);
  near(run("Conv", 11, [x, w], { auto_pad: { string: "SAME_LOWER" } })[0]!.data, [10, 21, 32]);
  near(run("Conv", 11, [x, w], { auto_pad: { string: "SAME_UPPER" } })[0]!.data, [21, 32, 3]);
  // full result: 1, 12, 23, 30
  near(run("ConvTranspose", 11, [x, w], { output_shape: { ints: [3] } })[0]!.data, [12, 23, 30]);
  near(run("ConvTranspose", 11, [x, w], { pads: { ints: [0, 1] } })[0]!.data, [1, 12, 23]);
  near(
    run("ConvTranspose", 11, [x, w], { output_shape: { ints: [3] }, auto_pad: { string: "SAME_UPPER" } })[0]!
      .data,
    [1, 12, 23],
  );
});

test("a pad value may arrive at run time, even an infinite one", () => {
  const [y] = run("Pad", 13, [f([2], [1, 2]), int64s("", [1, 1]), scalar(Number.NEGATIVE_INFINITY)], {});
  assert.equal([...(y!.data as Float64Array)], [Number.NEGATIVE_INFINITY, 1, 2, Number.NEGATIVE_INFINITY]);
});

test("Dropout is the identity, its mask all true", () => {
  const [y, mask] = run("Dropout", 13, [f([2], [1, 2])], {}, "y mask");
  near(y!.data, [1, 2]);
  assert.equal([...(mask!.data as Uint8Array)], [1, 1]);
  assert.is(mask!.dtype, "bool");
});

test("whole numbers that the network computes: class and place of the best scores", () => {
  const source = model({
    nodes: [
      node("TopK", "x k", "scores at"),
      node("Mod", "at classes", "class"),
      node("Div", "at classes", "place"),
      node("Mul", "place classes", "first"),
      node("Sub", "at first", "rest"),
      node("Add", "rest minus", "shifted"),
      node("Div", "shifted two", "halves"),
      node("Cast", "shifted", "short", { to: { int: 6 } }),
      node("Mod", "short none", "nothing"),
      node("Min", "class one", "low"),
    ],
    inputs: { x: ["float", [9]] },
    initializers: [
      int64s("k", [3]),
      int64s("classes", [3]),
      int64s("minus", [-3]),
      int64s("two", [2]),
      int64s("one", [1]),
      { name: "none", type: "int32", dims: [1], data: Int32Array.of(0) },
    ],
    outputs: ["class", "place", "shifted", "halves", "nothing", "low"],
  });
  const graph = importGraph(parseModel(writeModel(source)), { inputs: { x: { dims: [9] } } });
  const results = interpret(graph, { x: [0, 0, 0, 0, 9, 0, 7, 0, 8] });
  const values = (name: string) => Array.from(results.get(name)!.data as ArrayLike<number | bigint>, Number);
  // The best are at 4, 8 and 6.
  assert.equal(values("class"), [1, 2, 0]);
  assert.equal(values("place"), [1, 2, 2]);
  assert.equal(values("shifted"), [-2, -1, -3]);
  assert.equal(values("halves"), [-1, 0, -1], "truncated");
  assert.equal(values("nothing"), [0, 0, 0]);
  assert.equal(values("low"), [1, 1, 0]);
  assert.is(results.get("nothing")!.dtype, "i32");
});

test.run();
