/** reduce over any axes: in place of storage where the axes are neighbours there, else after one copy. */
import { elementCount, type ReduceNode, type ReduceOp, type Value } from "../../graph/graph.ts";
import { type DraftTensor, storageOrder } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import type { Layout } from "../plan.ts";
import { REDUCE_OPS } from "../steps.ts";
import { permuteView } from "../view.ts";
import { expectTypes, isEmpty } from "./common.ts";

/** What a reduction over no elements gives. */
const OF_NOTHING: Readonly<Record<ReduceOp, number>> = {
  sum: 0,
  mean: Number.NaN,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  prod: 1,
  sumSquare: 0,
  l1: 0,
  l2: 0,
  logSum: Number.NEGATIVE_INFINITY,
  logSumExp: Number.NEGATIVE_INFINITY,
};

interface Groups {
  readonly outer: number[];
  readonly reduced: number[];
  readonly inner: number[];
}

export function lowerReduce(lowering: Lowering, node: ReduceNode): void {
  const [value] = node.inputs;
  const output = node.outputs[0] as Value;
  expectTypes(node, ["f32", "i32"], value);
  if (isEmpty(value)) {
    const y = lowering.define(output, "plain");
    lowering.draft.emit("fill", node.name, [], [y], () => ({ value: OF_NOTHING[node.op] }));
    return;
  }
  const natural = lowering.naturalLayout(value);
  const layouts: Layout[] = natural === "nhwc" ? ["nhwc", "plain"] : ["plain"];
  for (const layout of layouts) {
    const groups = neighbours(value.dims, storageOrder(layout, value.dims.length), node.axes);
    // Without the reduced axes the output is plain, so its axes have to stand in logical order already.
    if (groups === null || (layout === "nhwc" && !node.keepDims && !ascending(groups, value.dims))) continue;
    const x = lowering.tensor(value, layout);
    const y = lowering.define(output, node.keepDims ? layout : "plain");
    emitReduce(lowering, node, x, y, groups);
    return;
  }
  reduceCopy(lowering, node);
}

/** The axes split at the reduced run, or null when that is not one run. Axes of length 1 do not count. */
function neighbours(
  dims: readonly number[],
  order: readonly number[],
  axes: readonly number[],
): Groups | null {
  const long = order.filter((axis) => dims[axis] !== 1);
  const flags = long.map((axis) => axes.includes(axis));
  const first = flags.indexOf(true);
  const last = flags.lastIndexOf(true);
  if (first < 0) return { outer: long, reduced: [], inner: [] };
  if (flags.slice(first, last + 1).includes(false)) return null;
  return { outer: long.slice(0, first), reduced: long.slice(first, last + 1), inner: long.slice(last + 1) };
}

const ascending = ({ outer, inner }: Groups, dims: readonly number[]): boolean =>
  [...outer, ...inner]
    .filter((axis) => dims[axis] !== 1)
    .every((axis, i, all) => i === 0 || axis > all[i - 1]!);

function emitReduce(
  lowering: Lowering,
  node: ReduceNode,
  x: DraftTensor,
  y: DraftTensor,
  groups: Groups,
): void {
  const size = (axes: readonly number[]): number => elementCount(axes.map((axis) => x.dims[axis] as number));
  const [outer, n, inner] = [size(groups.outer), size(groups.reduced), size(groups.inner)];
  const op = REDUCE_OPS.indexOf(node.op);
  // With channels alone in the last group, pixels may lie further apart than C.
  const pixels =
    x.layout === "nhwc" && (groups.inner.length > 0 ? groups.inner : groups.reduced).join() === "1";
  lowering.draft.emit(
    "reduce",
    node.name,
    [x],
    [y],
    () => {
      if (!pixels) return { op, outer, n, inner, outerStride: n * inner, stride: inner };
      return groups.inner.length > 0
        ? { op, outer, n, inner, outerStride: n * x.pixelStride, stride: x.pixelStride }
        : { op, outer, n, inner, outerStride: x.pixelStride, stride: 1 };
    },
    x.layout === "nhwc" && !pixels,
  );
}

/** Moves the reduced axes to the end first. */
function reduceCopy(lowering: Lowering, node: ReduceNode): void {
  const [value] = node.inputs;
  const { dims } = value;
  const kept = dims.map((_, axis) => axis).filter((axis) => !node.axes.includes(axis));
  const order = [...kept, ...node.axes];
  const source = lowering.source(value);
  const moved = lowering.materialize(
    `${value.name}:moved`,
    { base: source.base, view: () => permuteView(source.view(), order) },
    order.map((axis) => dims[axis] as number),
    "plain",
  );
  const outer = elementCount(kept.map((axis) => dims[axis] as number));
  const n = elementCount(node.axes.map((axis) => dims[axis] as number));
  const y = lowering.define(node.outputs[0] as Value, "plain");
  const op = REDUCE_OPS.indexOf(node.op);
  lowering.draft.emit("reduce", node.name, [moved], [y], () => ({
    op,
    outer,
    n,
    inner: 1,
    outerStride: n,
    stride: 1,
  }));
}
