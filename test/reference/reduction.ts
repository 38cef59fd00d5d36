/** Operators that look at many elements of an axis: reductions, softmax, normalisation, top-k. */
import type { ArgReduceNode, NormalizeNode, ReduceNode, ReduceOp, TopKNode } from "../../src/graph/graph.ts";
import { aroundAxis, at, atBroadcast, sizeOf, type Tensor, tabulate } from "./tensor.ts";

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

const REDUCE: Record<ReduceOp, (list: readonly number[]) => number> = {
  sum,
  mean: (list) => sum(list) / list.length,
  max: (list) => list.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  min: (list) => list.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  prod: (list) => list.reduce((a, b) => a * b, 1),
  sumSquare: (list) => sum(list.map((v) => v * v)),
  l1: (list) => sum(list.map(Math.abs)),
  l2: (list) => Math.sqrt(sum(list.map((v) => v * v))),
  logSum: (list) => Math.log(sum(list)),
  logSumExp: (list) => {
    const peak = Math.max(...list);
    return Number.isFinite(peak) ? peak + Math.log(sum(list.map((v) => Math.exp(v - peak)))) : peak;
  },
};

export function reduce(node: ReduceNode, x: Tensor): Tensor {
  const kept = x.dims.map((size, axis) => (node.axes.includes(axis) ? 1 : size));
  const reduced = x.dims.map((size, axis) => (node.axes.includes(axis) ? size : 1));
  const y = tabulate(x.dtype, kept, (index) => {
    const fixed = [...index];
    const list: number[] = [];
    tabulate(x.dtype, reduced, (inner) =>
      list.push(
        at(
          x,
          inner.map((i, axis) => i + fixed[axis]!),
        ),
      ),
    );
    const value = REDUCE[node.op](list);
    return x.dtype === "f32" ? value : Math.trunc(value);
  });
  const dims = node.keepDims ? kept : x.dims.filter((_, axis) => !node.axes.includes(axis));
  return { ...y, dims };
}

export function argReduce(node: ArgReduceNode, x: Tensor): Tensor {
  const { n, inner } = aroundAxis(x.dims, node.axis);
  const kept = x.dims.with(node.axis, 1);
  const data = new Float64Array(sizeOf(kept)).map((_, position) => {
    const first = Math.floor(position / inner) * n * inner + (position % inner);
    let best = 0;
    for (let i = 1; i < n; i++) {
      const value = x.data[first + i * inner]!;
      const champion = x.data[first + best * inner]!;
      const wins = node.op === "max" ? value > champion : value < champion;
      if (wins || (node.selectLast && value === champion)) best = i;
    }
    return best;
  });
  const dims = node.keepDims ? kept : x.dims.filter((_, axis) => axis !== node.axis);
  return { dtype: "i64", dims, data };
}

export function softmax(x: Tensor, axis: number, log: boolean): Tensor {
  const { outer, n, inner } = aroundAxis(x.dims, axis);
  const data = new Float64Array(x.data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const positions = Array.from({ length: n }, (_, j) => (o * n + j) * inner + i);
      const peak = Math.max(...positions.map((p) => x.data[p]!));
      const total = sum(positions.map((p) => Math.exp(x.data[p]! - peak)));
      for (const p of positions) {
        const exponent = x.data[p]! - peak;
        data[p] = log ? exponent - Math.log(total) : Math.exp(exponent) / total;
      }
    }
  }
  return { dtype: "f32", dims: x.dims, data };
}

/** y, mean and inverse deviation (population variance). */
export function normalize(
  node: NormalizeNode,
  x: Tensor,
  scale: Tensor | null,
  bias: Tensor | null,
): Tensor[] {
  const groups = sizeOf(x.dims.slice(0, node.axis));
  const size = sizeOf(x.dims.slice(node.axis));
  const means = new Float64Array(groups);
  const inverses = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    const list = [...x.data.subarray(g * size, (g + 1) * size)];
    means[g] = sum(list) / size;
    const variance = sum(list.map((v) => (v - means[g]!) ** 2)) / size;
    inverses[g] = 1 / Math.sqrt(variance + node.epsilon);
  }
  let position = 0;
  const y = tabulate("f32", x.dims, (index) => {
    const g = Math.floor(position / size);
    const normal = (x.data[position++]! - means[g]!) * inverses[g]!;
    const trailing = index.slice(node.axis);
    return normal * (scale ? atBroadcast(scale, trailing) : 1) + (bias ? atBroadcast(bias, trailing) : 0);
  });
  const dims = x.dims.map((d, axis) => (axis < node.axis ? d : 1));
  return [y, { dtype: "f32", dims, data: means }, { dtype: "f32", dims, data: inverses }];
}

/** Values and indices; ties go to the lower index; always sorted (an unsorted order is any order). */
export function topK(node: TopKNode, x: Tensor): Tensor[] {
  const { outer, n, inner } = aroundAxis(x.dims, node.axis);
  const dims = x.dims.with(node.axis, node.k);
  const values = new Float64Array(sizeOf(dims));
  const indices = new Float64Array(sizeOf(dims));
  const sign = node.largest ? -1 : 1;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const value = (j: number): number => x.data[(o * n + j) * inner + i]!;
      const order = Array.from({ length: n }, (_, j) => j).sort(
        (a, b) => sign * (value(a) - value(b)) || a - b,
      );
      for (let j = 0; j < node.k; j++) {
        values[(o * node.k + j) * inner + i] = value(order[j]!);
        indices[(o * node.k + j) * inner + i] = order[j]!;
      }
    }
  }
  return [
    { dtype: x.dtype, dims, data: values },
    { dtype: "i64", dims, data: indices },
  ];
}
