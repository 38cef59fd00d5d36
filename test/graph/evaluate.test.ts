/** Constant evaluation against the float64 interpreter, which shares no code with it, and by hand where types matter. */
import { GraphBuilder } from "../../src/graph/builder.ts";
import type {
  BinaryOp,
  DType,
  NodeKind,
  ReduceOp,
  TensorData,
  UnaryOp,
  Value,
} from "../../src/graph/graph.ts";
import type { AddSpec } from "../../src/graph/spec.ts";
import { UNARY_OPS } from "../../src/plan/steps.ts";
import { findMismatch } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("constant evaluation");

interface Operand {
  readonly dtype: DType;
  readonly dims: number[];
  readonly data: TensorData;
}

const next = random(3);
function operand(dtype: DType, dims: number[], low = -4, high = 4): Operand {
  const count = dims.reduce((a, b) => a * b, 1);
  const float = Float32Array.from({ length: count }, () => low + (high - low) * next());
  const whole = Array.from(float, Math.trunc);
  switch (dtype) {
    case "f32":
      return { dtype, dims, data: float };
    case "i32":
      return { dtype, dims, data: Int32Array.from(whole) };
    case "i64":
      return { dtype, dims, data: BigInt64Array.from(whole, BigInt) };
    case "u8":
      return { dtype, dims, data: Uint8Array.from(whole, Math.abs) };
    case "bool":
      return { dtype, dims, data: Uint8Array.from(float, (v) => Number(v > 0)) };
  }
}

/** Builds the node twice: over constants (evaluated by the builder) and over inputs (interpreted), and compares. */
function check<K extends NodeKind>(kind: K, operands: Operand[], fields: Omit<AddSpec<K>, "inputs">): void {
  const constant = new GraphBuilder();
  const over = (inputs: Value[]): AddSpec<K> => ({ ...fields, inputs }) as unknown as AddSpec<K>;
  const constants = operands.map(({ data, dims, dtype }, i) => constant.constant(`c${i}`, data, dims, dtype));
  const [evaluated] = constant.add(kind, over(constants));
  const symbolic = new GraphBuilder();
  const inputs = operands.map(({ dims, dtype }, i) => symbolic.input(`x${i}`, dtype, dims));
  const graph = symbolic.finish("g", [symbolic.add(kind, over(inputs), { name: "y" })[0]!]);
  const feeds = Object.fromEntries(operands.map(({ data }, i) => [`x${i}`, data]));
  const { data, dims, dtype } = interpret(graph, feeds).get("y")!;
  const label = `${kind} ${JSON.stringify(fields)} over ${operands.map((o) => `${o.dtype}[${o.dims}]`)}`;
  assert.is(evaluated!.dtype, dtype, label);
  assert.equal(evaluated!.dims, dims, label);
  const tolerance = dtype === "f32" ? { relative: 1e-7, absolute: 1e-12 } : {};
  assert.is(findMismatch(evaluated!.constant!, data, dims, tolerance), null, label);
}

test("unary functions", () => {
  const parameters: Partial<Record<UnaryOp, [number, number]>> = {
    clip: [-1, 2],
    leakyRelu: [0.1, 0],
    hardSigmoid: [0.2, 0.5],
    elu: [1.5, 0],
    selu: [1.67, 1.05],
    celu: [0.7, 0],
    thresholdedRelu: [1, 0],
  };
  const ranges: Partial<Record<UnaryOp, [number, number]>> = {
    log: [0.1, 9],
    sqrt: [0, 9],
    asin: [-1, 1],
    acos: [-1, 1],
    acosh: [1, 5],
    atanh: [-0.9, 0.9],
  };
  for (const op of UNARY_OPS) {
    const [alpha, beta] = parameters[op] ?? [0, 0];
    const [low, high] = ranges[op] ?? [-7, 7];
    check("unary", [operand(op === "not" ? "bool" : "f32", [3, 41], low, high)], { op, alpha, beta });
  }
  check("unary", [{ dtype: "f32", dims: [6], data: Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5) }], {
    op: "round",
  });
  check("unary", [{ dtype: "f32", dims: [3], data: Float32Array.of(Number.NaN, 0, 1) }], { op: "isNan" });
  for (const dtype of ["i32", "i64"] as const) {
    for (const op of ["neg", "abs", "sign", "relu"] as const) check("unary", [operand(dtype, [9])], { op });
  }
});

test("binary operators of every type, broadcast", () => {
  const arithmetic: BinaryOp[] = ["add", "sub", "mul", "min", "max"];
  const comparisons: BinaryOp[] = ["equal", "less", "lessOrEqual", "greater", "greaterOrEqual"];
  for (const op of [...arithmetic, ...comparisons]) {
    for (const dtype of ["f32", "i32", "i64"] as const) {
      check("binary", [operand(dtype, [2, 1, 5]), operand(dtype, [3, 1])], { op });
    }
  }
  for (const op of ["div", "mod", "prelu", "pow"] as const) {
    check("binary", [operand("f32", [4, 3], op === "pow" ? 0.1 : -4), operand("f32", [3])], { op });
  }
  for (const op of ["and", "or", "xor"] as const) {
    check("binary", [operand("bool", [4, 3]), operand("bool", [3])], { op });
  }
});

test("integer division truncates toward zero; mod takes the divisor's sign", () => {
  const i64 = (...values: number[]): Operand => ({
    dtype: "i64",
    dims: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const evaluate = (op: BinaryOp, a: Operand, b: Operand): Value => {
    const builder = new GraphBuilder();
    const inputs: [Value, Value] = [
      builder.constant("a", a.data, a.dims),
      builder.constant("b", b.data, b.dims),
    ];
    return builder.add("binary", { inputs, op })[0]!;
  };
  const [a, b] = [i64(7, -7, 7, -7), i64(2, 2, -2, -2)];
  assert.equal(evaluate("div", a, b).constant, BigInt64Array.of(3n, -3n, -3n, 3n));
  assert.equal(evaluate("mod", a, b).constant, BigInt64Array.of(1n, 1n, -1n, -1n));
  assert.is(evaluate("div", a, i64(0)).constant, undefined, "a division by zero has no value");
  const huge = { dtype: "i64" as const, dims: [1], data: BigInt64Array.of(2n ** 63n - 1n) };
  assert.equal(evaluate("add", huge, i64(5)).constant, BigInt64Array.of(2n ** 63n - 1n), "saturates");
  assert.equal(evaluate("min", huge, i64(5)).constant, BigInt64Array.of(5n));
});

test("casts truncate and saturate", () => {
  const values = {
    dtype: "f32" as const,
    dims: [5],
    data: Float32Array.of(-1.9, 1.9, 3e9, -3e9, Number.NaN),
  };
  for (const dtype of ["i32", "i64", "u8", "bool", "f32"] as const) check("cast", [values], { dtype });
  check("cast", [operand("i64", [7])], { dtype: "f32" });
  check("cast", [operand("bool", [7])], { dtype: "i64" });
});

test("data movement of every type", () => {
  for (const dtype of ["f32", "i32", "i64", "u8", "bool"] as const) {
    const x = operand(dtype, [2, 3, 4]);
    check("concat", [x, operand(dtype, [2, 1, 4]), operand(dtype, [2, 0, 4])], { axis: 1 });
    check("slice", [x], { starts: [1, 2, 0], steps: [1, -2, 3], dims: [1, 2, 2] });
    check("slice", [x], { starts: [0, 0, 0], steps: [1, 1, 1], dims: [2, 0, 4] });
    check("transpose", [x], { perm: [2, 0, 1] });
    check("reshape", [x], { dims: [4, 6] });
    check("expand", [operand(dtype, [3, 1])], { dims: [2, 3, 4] });
    check("expand", [operand(dtype, [])], { dims: [2, 3] });
    check("gather", [x, { dtype: "i64", dims: [2, 2], data: BigInt64Array.of(0n, -1n, 2n, 1n) }], {
      axis: 1,
    });
    check("where", [operand("bool", [3, 1]), operand(dtype, [2, 1, 4]), operand(dtype, [4])], {});
    for (const mode of ["constant", "edge", "reflect", "wrap"] as const) {
      check("pad", [x], { mode, before: [1, 2, -1], after: [0, 1, 2], value: 1 });
    }
  }
  check("pad", [operand("f32", [2])], { mode: "wrap", before: [5], after: [4], value: 0 });
  const linear = {
    axis: 1,
    taps: 2,
    indices: Int32Array.of(0, 1, 2, 2),
    weights: Float32Array.of(0.25, 0.75, 1, 0),
  };
  check("resample", [operand("f32", [2, 3, 2])], linear);
});

test("an index out of range is an error", () => {
  const builder = new GraphBuilder();
  const x = builder.constant("x", new Float32Array(3), [3]);
  const index = builder.constant("i", BigInt64Array.of(3n), [1]);
  assert.throws(
    () => builder.add("gather", { inputs: [x, index], axis: 0 }, { name: "pick" }),
    /gather "pick": index 3/,
  );
});

test("reductions", () => {
  const ops: ReduceOp[] = [
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "sumSquare",
    "l1",
    "l2",
    "logSum",
    "logSumExp",
  ];
  for (const op of ops) {
    const x = operand("f32", [2, 3, 4], op === "logSum" ? 0.1 : -3, 3);
    for (const axes of [[], [1], [0, 2], [0, 1, 2]]) {
      check("reduce", [x], { op, axes, keepDims: axes.length === 1 });
    }
  }
  for (const op of ["sum", "mean", "max", "min", "prod"] as const) {
    check("reduce", [operand("i64", [3, 5])], { op, axes: [1], keepDims: false });
  }
  const ties = { dtype: "i32" as const, dims: [2, 4], data: Int32Array.of(1, 3, 3, 0, 2, 2, 2, 2) };
  for (const op of ["max", "min"] as const) {
    for (const selectLast of [false, true]) {
      check("argReduce", [ties], { op, axis: 1, keepDims: true, selectLast });
      check("argReduce", [operand("f32", [3, 2, 5])], { op, axis: 0, keepDims: false, selectLast });
    }
  }
});

test.run();
