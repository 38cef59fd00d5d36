/** Shape rules of element-wise arithmetic, data movement and reductions. */
import type { DType } from "../graph.ts";
import { elementCount } from "../graph.ts";
import type { NodeSpec } from "../spec.ts";
import {
  broadcastDims,
  checkDims,
  expectAxis,
  expectDims,
  expectDType,
  expectLength,
  formatDims,
  mismatch,
  type OutputType,
  sameDims,
} from "./check.ts";

const NUMERIC: DType[] = ["f32", "i32", "i64", "u8"];
const COMPARISONS = new Set(["equal", "less", "lessOrEqual", "greater", "greaterOrEqual"]);
const LOGIC = new Set(["and", "or", "xor"]);
const ANY_NUMBER_UNARY = new Set(["relu", "clip", "abs", "neg", "sign"]);

export function scaleShiftShape(label: string, node: NodeSpec<"scaleShift">): OutputType[] {
  const [x, scale, shift] = node.inputs;
  for (const value of node.inputs) expectDType(label, "every operand", value, "f32");
  if (x.dims.length < 2)
    mismatch(label, `the input needs a channel axis 1, but it is ${formatDims(x.dims)}.`);
  expectDims(label, "scale", scale, [x.dims[1]!]);
  expectDims(label, "shift", shift, [x.dims[1]!]);
  return [{ dtype: "f32", dims: x.dims }];
}

export function unaryShape(label: string, node: NodeSpec<"unary">): OutputType[] {
  const [x] = node.inputs;
  if (node.op === "not") {
    expectDType(label, "the input", x, "bool");
    return [{ dtype: "bool", dims: x.dims }];
  }
  if (ANY_NUMBER_UNARY.has(node.op)) expectDType(label, "the input", x, ...NUMERIC);
  else expectDType(label, "the input", x, "f32");
  return [{ dtype: node.op === "isNan" ? "bool" : x.dtype, dims: x.dims }];
}

export function binaryShape(label: string, node: NodeSpec<"binary">): OutputType[] {
  const [a, b] = node.inputs;
  if (LOGIC.has(node.op)) expectDType(label, "operands of logic", a, "bool");
  else if (node.op !== "equal") expectDType(label, "operands", a, ...NUMERIC);
  expectDType(label, "both operands", b, a.dtype);
  const dtype = COMPARISONS.has(node.op) ? "bool" : a.dtype;
  if (node.activation !== null && dtype !== "f32")
    mismatch(label, "only an f32 result can have an activation.");
  return [{ dtype, dims: broadcastDims(label, a.dims, b.dims) }];
}

export function whereShape(label: string, node: NodeSpec<"where">): OutputType[] {
  const [condition, a, b] = node.inputs;
  expectDType(label, "the condition", condition, "bool");
  expectDType(label, "both branches", b, a.dtype);
  return [{ dtype: a.dtype, dims: broadcastDims(label, condition.dims, a.dims, b.dims) }];
}

export function concatShape(label: string, node: NodeSpec<"concat">): OutputType[] {
  const first = node.inputs[0];
  if (first === undefined) mismatch(label, "a concat needs at least one input.");
  expectAxis(label, node.axis, first.dims.length);
  let size = 0;
  for (const value of node.inputs) {
    expectDType(label, "every input", value, first.dtype);
    const expected = first.dims.map((d, i) => (i === node.axis ? (value.dims[i] ?? 0) : d));
    expectDims(label, "inputs may differ along the axis only: each", value, expected);
    size += value.dims[node.axis]!;
  }
  return [{ dtype: first.dtype, dims: first.dims.with(node.axis, size) }];
}

export function sliceShape(label: string, node: NodeSpec<"slice">): OutputType[] {
  const [x] = node.inputs;
  const rank = x.dims.length;
  expectLength(label, "starts", node.starts, rank);
  expectLength(label, "steps", node.steps, rank);
  expectLength(label, "dims", node.dims, rank);
  node.dims.forEach((count, i) => {
    const start = node.starts[i]!;
    const last = start + (count - 1) * node.steps[i]!;
    const size = x.dims[i]!;
    if (count > 0 && !(start >= 0 && start < size && last >= 0 && last < size)) {
      mismatch(
        label,
        `elements ${start} .. ${last} of axis ${i} do not lie in "${x.name}" ${formatDims(x.dims)}.`,
      );
    }
  });
  return [{ dtype: x.dtype, dims: node.dims }];
}

export function transposeShape(label: string, node: NodeSpec<"transpose">): OutputType[] {
  const [x] = node.inputs;
  expectLength(label, "perm", node.perm, x.dims.length);
  if (
    !sameDims(
      node.perm.toSorted((a, b) => a - b),
      [...x.dims.keys()],
    )
  ) {
    mismatch(label, `perm must name each axis once, but it is ${formatDims(node.perm)}.`);
  }
  return [{ dtype: x.dtype, dims: node.perm.map((axis) => x.dims[axis]!) }];
}

export function reshapeShape(label: string, node: NodeSpec<"reshape">): OutputType[] {
  const [x] = node.inputs;
  checkDims(label, node.dims);
  if (elementCount(node.dims) !== elementCount(x.dims)) {
    mismatch(label, `"${x.name}" ${formatDims(x.dims)} cannot be reshaped to ${formatDims(node.dims)}.`);
  }
  return [{ dtype: x.dtype, dims: node.dims }];
}

export function expandShape(label: string, node: NodeSpec<"expand">): OutputType[] {
  const [x] = node.inputs;
  if (!sameDims(broadcastDims(label, x.dims, node.dims), node.dims)) {
    mismatch(label, `"${x.name}" ${formatDims(x.dims)} cannot be expanded to ${formatDims(node.dims)}.`);
  }
  return [{ dtype: x.dtype, dims: node.dims }];
}

export function padShape(label: string, node: NodeSpec<"pad">): OutputType[] {
  const [x] = node.inputs;
  const rank = x.dims.length;
  expectLength(label, "before", node.before, rank);
  expectLength(label, "after", node.after, rank);
  const dims = x.dims.map((size, i) => {
    const before = node.before[i]!;
    const after = node.after[i]!;
    const grows = before > 0 || after > 0;
    if (grows && size === 0 && node.mode !== "constant")
      mismatch(label, `axis ${i} is empty: nothing to repeat.`);
    if (node.mode === "reflect" && Math.max(before, after) >= Math.max(size, 1)) {
      mismatch(label, `reflect pads must be smaller than the axis: ${before} and ${after} for ${size}.`);
    }
    return size + before + after;
  });
  return [{ dtype: x.dtype, dims: checkDims(label, dims) }];
}

export function gatherShape(label: string, node: NodeSpec<"gather">): OutputType[] {
  const [x, indices] = node.inputs;
  expectDType(label, "indices", indices, "i32", "i64");
  expectAxis(label, node.axis, x.dims.length);
  return [
    {
      dtype: x.dtype,
      dims: [...x.dims.slice(0, node.axis), ...indices.dims, ...x.dims.slice(node.axis + 1)],
    },
  ];
}

export function resampleShape(label: string, node: NodeSpec<"resample">): OutputType[] {
  const [x] = node.inputs;
  expectDType(label, "the input", x, "f32");
  expectAxis(label, node.axis, x.dims.length);
  const count = node.indices.length / node.taps;
  if (!Number.isInteger(count) || node.weights.length !== node.indices.length) {
    mismatch(
      label,
      `indices (${node.indices.length}) and weights (${node.weights.length}) must be n * taps long.`,
    );
  }
  const size = x.dims[node.axis]!;
  if (!node.indices.every((index) => index >= 0 && index < size)) {
    mismatch(label, `indices must lie in 0 .. ${size - 1}.`);
  }
  return [{ dtype: "f32", dims: x.dims.with(node.axis, count) }];
}

export function reduceShape(label: string, node: NodeSpec<"reduce">): OutputType[] {
  const [x] = node.inputs;
  expectDType(label, "the input", x, ...NUMERIC);
  for (const axis of node.axes) expectAxis(label, axis, x.dims.length);
  if (new Set(node.axes).size !== node.axes.length) mismatch(label, `axes ${formatDims(node.axes)} repeat.`);
  return [{ dtype: x.dtype, dims: dropAxes(x.dims, node.axes, node.keepDims) }];
}

export function argReduceShape(label: string, node: NodeSpec<"argReduce">): OutputType[] {
  const [x] = node.inputs;
  expectDType(label, "the input", x, ...NUMERIC);
  expectAxis(label, node.axis, x.dims.length);
  if (x.dims[node.axis] === 0) mismatch(label, `axis ${node.axis} is empty: it has no extreme element.`);
  return [{ dtype: "i64", dims: dropAxes(x.dims, [node.axis], node.keepDims) }];
}

const dropAxes = (dims: readonly number[], axes: readonly number[], keep: boolean): number[] =>
  keep ? dims.map((d, i) => (axes.includes(i) ? 1 : d)) : dims.filter((_, i) => !axes.includes(i));

export function softmaxShape(label: string, node: NodeSpec<"softmax">): OutputType[] {
  const [x] = node.inputs;
  expectDType(label, "the input", x, "f32");
  expectAxis(label, node.axis, x.dims.length);
  return [{ dtype: "f32", dims: x.dims }];
}

export function normalizeShape(label: string, node: NodeSpec<"normalize">): OutputType[] {
  const [x, scale, bias] = node.inputs;
  for (const value of node.inputs) expectDType(label, "every operand", value, "f32");
  expectAxis(label, node.axis, x.dims.length);
  const trailing = x.dims.slice(node.axis);
  for (const value of [scale, bias]) {
    if (value !== null && !sameDims(broadcastDims(label, value.dims, trailing), trailing)) {
      mismatch(
        label,
        `"${value.name}" ${formatDims(value.dims)} does not broadcast to ${formatDims(trailing)}.`,
      );
    }
  }
  const statistics = { dtype: "f32" as const, dims: x.dims.map((d, i) => (i < node.axis ? d : 1)) };
  const y = { dtype: "f32" as const, dims: x.dims };
  return node.outputCount === 3 ? [y, statistics, statistics] : [y];
}

export function topKShape(label: string, node: NodeSpec<"topK">): OutputType[] {
  const [x] = node.inputs;
  expectDType(label, "the input", x, ...NUMERIC);
  expectAxis(label, node.axis, x.dims.length);
  const size = x.dims[node.axis]!;
  if (!Number.isInteger(node.k) || node.k < 0 || node.k > size) {
    mismatch(label, `k must lie in 0 .. ${size}, but it is ${node.k}.`);
  }
  const dims = x.dims.with(node.axis, node.k);
  return [
    { dtype: x.dtype, dims },
    { dtype: "i64", dims },
  ];
}

export function matmulShape(label: string, node: NodeSpec<"matmul">): OutputType[] {
  const [a, b, bias] = node.inputs;
  for (const value of node.inputs) expectDType(label, "every operand", value, "f32");
  if (a.dims.length < 2 || b.dims.length < 2) {
    mismatch(label, `both operands need rank >= 2, found ${formatDims(a.dims)} and ${formatDims(b.dims)}.`);
  }
  const [m, k] = (node.transA ? a.dims.slice(-2).reverse() : a.dims.slice(-2)) as [number, number];
  const [kb, n] = (node.transB ? b.dims.slice(-2).reverse() : b.dims.slice(-2)) as [number, number];
  if (k !== kb) {
    mismatch(
      label,
      `inner sizes differ: ${k} of ${formatDims(a.dims)} against ${kb} of ${formatDims(b.dims)}` +
        ` (transA ${node.transA}, transB ${node.transB}).`,
    );
  }
  expectDims(label, "the bias", bias, [n]);
  return [{ dtype: "f32", dims: [...broadcastDims(label, a.dims.slice(0, -2), b.dims.slice(0, -2)), m, n] }];
}
