/** Functions of one and two values with broadcasting, comparisons, logic, where, cast, scaleShift. */
import type { BinaryOp, UnaryOp } from "../../src/graph/graph.ts";
import { type OpCase, plain } from "./op-case.ts";

type Range = readonly [number, number];
const WIDE: Range = [-6, 6];
const UNARY: Readonly<Record<Exclude<UnaryOp, "not" | "isNan">, readonly [Range, number?, number?]>> = {
  relu: [WIDE],
  clip: [WIDE, -1, 2],
  leakyRelu: [WIDE, 0.1],
  sigmoid: [WIDE],
  tanh: [WIDE],
  silu: [WIDE],
  hardSigmoid: [WIDE, 0.2, 0.5],
  hardSwish: [WIDE],
  abs: [WIDE],
  neg: [WIDE],
  exp: [WIDE],
  log: [[0.01, 9]],
  sqrt: [[0, 9]],
  reciprocal: [[0.1, 9]],
  floor: [WIDE],
  ceil: [WIDE],
  round: [WIDE],
  sign: [WIDE],
  erf: [[-3, 3]],
  gelu: [WIDE],
  geluTanh: [WIDE],
  softplus: [WIDE],
  softsign: [WIDE],
  elu: [WIDE, 1.3],
  selu: [WIDE, 1.67, 1.05],
  celu: [WIDE, 1.3],
  mish: [WIDE],
  thresholdedRelu: [WIDE, 1],
  sin: [WIDE],
  cos: [WIDE],
  tan: [[-1.4, 1.4]],
  asin: [[-0.99, 0.99]],
  acos: [[-0.99, 0.99]],
  atan: [WIDE],
  sinh: [[-3, 3]],
  cosh: [[-3, 3]],
  asinh: [WIDE],
  acosh: [[1.01, 9]],
  atanh: [[-0.95, 0.95]],
};
const SHAPES = [[1], [3, 1, 7], [2, 19, 5, 3]];
const unary = Object.entries(UNARY).flatMap(([op, [range, alpha = 0, beta = 0]]) =>
  SHAPES.map(
    (dims): OpCase => ({
      op: `unary ${op}`,
      title: dims.join("x"),
      feeds: [{ dims, range }],
      tolerance: { relative: 2e-6, absolute: 1e-7 },
      build: (s, [x]) => s.builder.add("unary", { inputs: [x!], op: op as UnaryOp, alpha, beta }),
    }),
  ),
);
const not: OpCase = {
  op: "unary not",
  title: "3x17",
  feeds: [{ dims: [3, 17], dtype: "bool" }],
  build: (s, [x]) => s.builder.add("unary", { inputs: [x!], op: "not" }),
};

const PAIRS: readonly (readonly [number[], number[]])[] = [
  [[1], [1]],
  [
    [3, 5, 7],
    [3, 5, 7],
  ],
  [
    [2, 13, 5, 3],
    [13, 1, 1],
  ],
  [[2, 13, 5, 3], []],
  [
    [1, 4, 1, 6],
    [3, 1, 5, 1],
  ],
  [[17], [2, 3, 17]],
];
const FLOAT: readonly BinaryOp[] = ["add", "sub", "mul", "div", "min", "max", "pow", "prelu", "mod"];
const INTEGER: readonly BinaryOp[] = ["add", "sub", "mul", "div", "min", "max", "mod"];
const COMPARE: readonly BinaryOp[] = ["equal", "less", "lessOrEqual", "greater", "greaterOrEqual"];
const LOGIC: readonly BinaryOp[] = ["and", "or", "xor"];
const binary = (ops: readonly BinaryOp[], dtype: "f32" | "i32" | "i64" | "bool", a: Range, b: Range) =>
  ops.flatMap((op) =>
    PAIRS.map(
      ([left, right]): OpCase => ({
        op: `binary ${op}`,
        title: `${dtype} ${left.join("x") || "scalar"} and ${right.join("x") || "scalar"}`,
        feeds: [
          { dims: left, dtype, range: a },
          { dims: right, dtype, range: b },
        ],
        build: (s, [x, y]) => [s.binary(op, x!, y!)],
      }),
    ),
  );
/** Divisors of either sign, and 0, which gives 0. */
const integers = [
  ...binary(INTEGER, "i32", [-50, 50], [-4, 4]),
  ...binary(INTEGER, "i64", [-50, 50], [-9, 9]),
];

const where = PAIRS.map(
  ([left, right]): OpCase => ({
    op: "where",
    title: `${left.join("x")} and ${right.join("x") || "scalar"}`,
    feeds: [{ dims: left, dtype: "bool" }, { dims: right }, { dims: left }],
    build: (s, [c, a, b]) => s.builder.add("where", { inputs: [c!, a!, b!] }),
  }),
);
const cast = (
  [
    ["f32", "i32", [-9, 9]],
    ["f32", "i64", [-9, 9]],
    ["f32", "bool", [-1, 1]],
    ["i32", "f32", [-99, 99]],
    ["u8", "f32", [0, 255]],
    ["bool", "f32", [0, 1]],
    ["bool", "i64", [0, 1]],
    ["i64", "f32", [-99, 99]],
  ] as const
).map(
  ([from, to, range]): OpCase => ({
    op: "cast",
    title: `${from} to ${to}`,
    feeds: [{ dims: [3, 29], dtype: from, range }],
    build: (s, [x]) => s.builder.add("cast", { inputs: [x!], dtype: to }),
  }),
);
const scaleShift = [
  [1, 1],
  [3, 17],
  [3, 19, 5, 7],
  [2, 40, 3],
].map(
  (dims): OpCase => ({
    op: "scaleShift",
    title: dims.join("x"),
    feeds: plain(...dims),
    build: (s, [x]) => [s.relu(s.norm(x!))],
  }),
);

export const CASES: readonly OpCase[] = [
  ...unary,
  not,
  ...binary(FLOAT, "f32", [0.5, 3], [0.5, 3]),
  ...binary(["add", "sub", "mul", "div", "min", "max", "prelu"], "f32", [-3, 3], [-3, -0.5]),
  ...integers,
  ...binary(COMPARE, "i32", [-2, 2], [-2, 2]),
  ...binary(COMPARE, "f32", [-2, 2], [-2, 2]),
  ...binary(LOGIC, "bool", [0, 1], [0, 1]),
  ...where,
  ...cast,
  ...scaleShift,
];
