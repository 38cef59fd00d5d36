/** matmul, reduce, softmax, normalize, argReduce, topK. */
import { REDUCE_OPS } from "../../../src/plan/steps.ts";
import type { Executors } from "../execute.ts";
import type { Operand } from "../machine.ts";
import { activate, expectDense, walk } from "./common.ts";

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const REDUCTIONS: Record<(typeof REDUCE_OPS)[number], (values: number[]) => number> = {
  sum,
  mean: (v) => sum(v) / v.length,
  max: (v) => Math.max(...v),
  min: (v) => Math.min(...v),
  prod: (v) => v.reduce((a, b) => a * b, 1),
  sumSquare: (v) => sum(v.map((x) => x * x)),
  l1: (v) => sum(v.map(Math.abs)),
  l2: (v) => Math.sqrt(sum(v.map((x) => x * x))),
  logSum: (v) => Math.log(sum(v)),
  logSumExp: (v) => Math.log(sum(v.map(Math.exp))),
};

interface Rows {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** Calls `visit` with the addresses of each row along n of dense [outer, n, inner]. */
function eachRow(
  { outer, n, inner }: Rows,
  visit: (addresses: number[], o: number, i: number) => void,
): void {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      visit(
        Array.from({ length: n }, (_, j) => (o * n + j) * inner + i),
        o,
        i,
      );
}

function expectRows(operand: Operand, rows: Rows): void {
  expectDense(operand);
  if (operand.extent !== rows.outer * rows.n * rows.inner)
    throw new Error("[outer, n, inner] is not the operand");
}

export const reductionSteps: Pick<
  Executors,
  "matmul" | "reduce" | "softmax" | "normalize" | "argReduce" | "topK"
> = {
  matmul(f, [a, b, bias], [y]) {
    const act = activate(f);
    let at = 0;
    walk(f.batch, [f.aBatchStride, f.bBatchStride], ([ai, bi]) => {
      for (let i = 0; i < f.m; i++) {
        for (let j = 0; j < f.n; j++) {
          let total = 0;
          for (let k = 0; k < f.k; k++) {
            const left = a!.get(ai! + (f.transA ? k * f.m + i : i * f.k + k));
            total += left * b!.get(bi! + (f.transB ? j * f.k + k : k * f.n + j));
          }
          y!.set(at++, act(f.scale * total + (bias?.get(j) ?? 0)));
        }
      }
    });
    if (at !== y!.extent) throw new Error("matmul does not fill its output");
  },
  reduce(f, [x], [y]) {
    expectDense(y!);
    if (y!.extent !== f.outer * f.inner) throw new Error("reduce does not fill its output");
    const apply = REDUCTIONS[REDUCE_OPS[f.op]!];
    for (let o = 0; o < f.outer; o++)
      for (let i = 0; i < f.inner; i++) {
        const values = Array.from({ length: f.n }, (_, j) => x!.get(o * f.outerStride + j * f.stride + i));
        y!.set(o * f.inner + i, apply(values));
      }
  },
  softmax(f, [x], [y]) {
    expectRows(x!, f);
    expectRows(y!, f);
    eachRow(f, (addresses) => {
      const values = addresses.map((at) => x!.get(at));
      const top = Math.max(...values);
      const total = sum(values.map((v) => Math.exp(v - top)));
      addresses.forEach((at, j) => {
        const shifted = values[j]! - top;
        y!.set(at, f.log ? shifted - Math.log(total) : Math.exp(shifted) / total);
      });
    });
  },
  normalize(f, [x, scale, bias], [y, mean, inverse]) {
    expectRows(x!, { ...f, inner: 1 });
    eachRow({ ...f, inner: 1 }, (addresses, o) => {
      const values = addresses.map((at) => x!.get(at));
      const center = sum(values) / f.n;
      const deviation = 1 / Math.sqrt(sum(values.map((v) => (v - center) ** 2)) / f.n + f.epsilon);
      addresses.forEach((at, j) => {
        y!.set(at, (values[j]! - center) * deviation * (scale?.get(j) ?? 1) + (bias?.get(j) ?? 0));
      });
      mean?.set(o, center);
      inverse?.set(o, deviation);
    });
  },
  argReduce(f, [x], [y]) {
    expectRows(x!, f);
    expectRows(y!, { ...f, n: 1 });
    eachRow(f, (addresses, o, i) => {
      const sign = f.op === 1 ? -1 : 1;
      const values = addresses.map((at) => sign * x!.get(at));
      const top = Math.max(...values);
      y!.set(o * f.inner + i, f.selectLast ? values.lastIndexOf(top) : values.indexOf(top));
    });
  },
  topK(f, [x], [values, indices]) {
    expectRows(x!, f);
    eachRow(f, (addresses, o, i) => {
      const sign = f.largest ? -1 : 1;
      const order = addresses.map((at, j) => [sign * x!.get(at), j] as const);
      order.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
      for (let k = 0; k < f.k; k++) {
        const [value, index] = order[k]!;
        values!.set((o * f.k + k) * f.inner + i, sign * value);
        indices!.set((o * f.k + k) * f.inner + i, index);
      }
    });
  },
};
