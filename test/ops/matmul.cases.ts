/** Matrix products: vectors, tails, transposes, batches, constant and computed operands. */
import type { Activation, Value } from "../../src/graph/graph.ts";
import type { OpCase } from "./op-case.ts";

interface Spec {
  readonly a: number[];
  readonly b: number[];
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
  readonly bias?: number;
  readonly activation?: Activation;
  /** b is an input, not a weight. */
  readonly computed?: boolean;
}

const SPECS: Readonly<Record<string, Spec>> = {
  "1 by 1": { a: [1, 1], b: [1, 1] },
  "vector by matrix": { a: [1, 37], b: [37, 19], bias: 19 },
  "3 by 17 by 41": { a: [3, 17], b: [17, 41], bias: 41, activation: { op: "relu", alpha: 0, beta: 0 } },
  "67 by 129 by 33": { a: [67, 129], b: [129, 33] },
  "both transposed, scaled": { a: [11, 7], b: [13, 11], transA: true, transB: true, alpha: 0.5 },
  "weight transposed": { a: [5, 64], b: [10, 64], transB: true, bias: 10 },
  "computed operands": { a: [9, 23], b: [23, 31], computed: true },
  "computed, transposed": { a: [23, 9], b: [31, 23], transA: true, transB: true, computed: true },
  "batch of 3": { a: [3, 5, 7], b: [3, 7, 4], computed: true },
  "batch broadcast": { a: [2, 1, 5, 7], b: [3, 7, 4], computed: true },
  "one weight for all": { a: [3, 2, 5, 7], b: [7, 11] },
  "long sum": { a: [2, 2048], b: [2048, 3], bias: 3, activation: { op: "sigmoid", alpha: 0, beta: 0 } },
};

const PRODUCTS: readonly OpCase[] = Object.entries(SPECS).map(([title, spec]) => ({
  op: "matmul",
  title,
  feeds: [{ dims: spec.a }, ...(spec.computed ? [{ dims: spec.b }] : [])],
  tolerance: { relative: 5e-6 },
  build: (s, [a, b]) =>
    s.builder.add("matmul", {
      inputs: [a!, b ?? s.constant(spec.b), spec.bias ? s.constant([spec.bias]) : null],
      transA: spec.transA ?? false,
      transB: spec.transB ?? false,
      alpha: spec.alpha ?? 1,
      activation: spec.activation ?? null,
    }),
}));

/** Both factors are computed: where halves are kept, both are halves. Odd sizes come in neither twos nor fours. */
const ATTENTION: readonly OpCase[] = ["8 by 12", "5 by 7"].map((title, odd) => {
  const [rows, depth] = [odd ? 5 : 8, odd ? 7 : 12];
  return {
    op: "matmul",
    title: `attention, ${title}`,
    feeds: [{ dims: [2, rows, 16] }],
    tolerance: { relative: 1e-5 },
    build: (s, [x]) => {
      const product = (a: Value, b: Value, transB: boolean): Value =>
        s.builder.add("matmul", {
          inputs: [a, b, null],
          transA: false,
          transB,
          alpha: 1,
          activation: null,
        })[0]!;
      const [q, k, v] = [0, 1, 2].map(() => product(x!, s.constant([16, depth]), false));
      const scores = product(q!, k!, true);
      const mixed = product(scores, v!, false);
      return [product(mixed, s.constant([depth, 3]), false)];
    },
  };
});

export const CASES: readonly OpCase[] = [...PRODUCTS, ...ATTENTION];
