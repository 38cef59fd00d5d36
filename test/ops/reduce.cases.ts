/** Reductions over axes, and the index of the largest. */
import type { ReduceOp } from "../../src/graph/graph.ts";
import type { OpCase } from "./op-case.ts";

const OPS: readonly ReduceOp[] = [
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
const SHAPES: readonly (readonly [number[], number[]])[] = [
  [[1], [0]],
  [[3, 17], [1]],
  [[3, 17], [0]],
  [
    [3, 19, 5, 7],
    [2, 3],
  ],
  [[2, 3, 5, 7], [1]],
  [
    [2, 3, 5, 7],
    [0, 2],
  ],
  [
    [5, 7, 3],
    [0, 1, 2],
  ],
];

const reduce = OPS.flatMap((op) =>
  SHAPES.map(
    ([dims, axes], i): OpCase => ({
      op: `reduce ${op}`,
      title: `${dims.join("x")} over ${axes}`,
      feeds: [{ dims, range: op === "logSum" || op === "prod" ? [0.9, 1.1] : [-2, 2] }],
      tolerance: { relative: 5e-6, absolute: 1e-6 },
      build: (s, [x]) => s.builder.add("reduce", { inputs: [x!], op, axes, keepDims: i % 2 === 0 }),
    }),
  ),
);
const arg = (["max", "min"] as const).flatMap((op) =>
  SHAPES.flatMap(([dims, [axis]]) =>
    [true, false].map(
      (selectLast): OpCase => ({
        op: `argReduce ${op}`,
        title: `${dims.join("x")} over ${axis}, ${selectLast ? "last" : "first"} of equals`,
        // Whole numbers, so that there are equals.
        feeds: [{ dims, dtype: "i32", range: [0, 3] }],
        build: (s, [x]) => {
          const f = s.builder.add("cast", { inputs: [x!], dtype: "f32" })[0]!;
          return s.builder.add("argReduce", {
            inputs: [f],
            op,
            axis: axis!,
            keepDims: selectLast,
            selectLast,
          });
        },
      }),
    ),
  ),
);

export const CASES: readonly OpCase[] = [...reduce, ...arg];
