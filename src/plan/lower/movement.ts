/** transpose, slice, reshape, expand: views. pad: fill and copy, or gathers. */
import { SpineXRError } from "../../api/errors.ts";
import type { ExpandNode, PadNode, ReshapeNode, SliceNode, TransposeNode, Value } from "../../graph/graph.ts";
import type { DraftTensor, View } from "../draft.ts";
import { storageOrder } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import { atomCount, expandView, MAX_ATOMS, permuteView, reshapeView, sliceView, viewOf } from "../view.ts";
import { isEmpty } from "./common.ts";

/** output = derive(x), on x as it lies or, where that cannot be expressed, on x made plain. */
function derive(lowering: Lowering, x: Value, output: Value, of: (view: View) => View | null): void {
  const direct = of(lowering.view(x));
  const usable = direct !== null && atomCount(direct) <= MAX_ATOMS;
  const view = usable ? direct : of(viewOf(lowering.plain(x)));
  if (view === null) {
    throw new SpineXRError("INTERNAL", `"${output.name}" cannot be expressed as a view of "${x.name}".`);
  }
  lowering.defineView(output, view);
}

export function lowerTranspose(lowering: Lowering, node: TransposeNode): void {
  derive(lowering, node.inputs[0], node.outputs[0] as Value, (view) => permuteView(view, node.perm));
}

export function lowerSlice(lowering: Lowering, node: SliceNode): void {
  const output = node.outputs[0] as Value;
  derive(lowering, node.inputs[0], output, (view) => sliceView(view, node.starts, node.steps, output.dims));
}

export function lowerReshape(lowering: Lowering, node: ReshapeNode): void {
  const output = node.outputs[0] as Value;
  derive(lowering, node.inputs[0], output, (view) => reshapeView(view, output.dims));
}

export function lowerExpand(lowering: Lowering, node: ExpandNode): void {
  const output = node.outputs[0] as Value;
  derive(lowering, node.inputs[0], output, (view) => expandView(view, output.dims));
}

export function lowerPad(lowering: Lowering, node: PadNode): void {
  const [value] = node.inputs;
  const output = node.outputs[0] as Value;
  const zeros = node.before.map(() => 0);
  const ones = node.before.map(() => 1);
  const crops = [...node.before, ...node.after].every((pad) => pad <= 0);
  if (crops) {
    const starts = node.before.map((pad) => 0 - pad);
    derive(lowering, value, output, (view) => sliceView(view, starts, ones, output.dims));
    return;
  }
  if (node.mode !== "constant") {
    padByGather(lowering, node);
    return;
  }
  const layout = lowering.naturalLayout(value);
  const y = lowering.define(output, layout);
  lowering.draft.emit("fill", `${node.name}:fill`, [], [y], () => ({ value: node.value }));
  const skipped = node.before.map((pad) => Math.max(0, -pad));
  const dims = value.dims.map(
    (size, i) => size - (skipped[i] as number) - Math.max(0, -(node.after[i] as number)),
  );
  if (isEmpty(value) || dims.some((size) => size <= 0)) return;
  const x = lowering.tensor(value, layout);
  const target = node.before.map((pad) => Math.max(0, pad));
  const part = (tensor: DraftTensor, starts: readonly number[]) => ({
    base: tensor,
    view: () =>
      sliceView(
        viewOf(tensor),
        starts,
        zeros.map(() => 1),
        dims,
      ) as View,
  });
  lowering.copy(node.name, part(x, skipped), part(y, target));
}

/** Each padded axis picks its elements by a constant list of indices. */
function padByGather(lowering: Lowering, node: PadNode): void {
  const [value] = node.inputs;
  const output = node.outputs[0] as Value;
  const layout = lowering.naturalLayout(value);
  const axes = node.before.map((_, axis) => axis).filter((axis) => node.before[axis] || node.after[axis]);
  let x = lowering.tensor(value, layout);
  axes.forEach((axis, i) => {
    const size = x.dims[axis] as number;
    const count = output.dims[axis] as number;
    const before = node.before[axis] as number;
    const indices = Int32Array.from({ length: count }, (_, j) => sourceIndex(node.mode, j - before, size));
    const name = `${node.name}:${axis}`;
    const constant = lowering.constant(`${name}:indices`, indices, [count]);
    const last = i === axes.length - 1;
    const y = last
      ? lowering.define(output, layout)
      : lowering.fresh(name, x.dtype, x.dims.with(axis, count), layout);
    const order = storageOrder(layout, x.dims.length);
    const at = order.indexOf(axis);
    const dims = order.map((d) => x.dims[d] as number);
    const product = (list: number[]): number => list.reduce((a, b) => a * b, 1);
    const fields = { outer: product(dims.slice(0, at)), n: size, count, inner: product(dims.slice(at + 1)) };
    lowering.draft.emit("gather", name, [x, constant], [y], () => fields);
    x = y;
  });
}

/** Which element stands at position i (may lie outside 0 .. size - 1) of the padded axis. */
function sourceIndex(mode: PadNode["mode"], i: number, size: number): number {
  const modulo = (a: number, b: number): number => ((a % b) + b) % b;
  if (mode === "edge") return Math.min(Math.max(i, 0), size - 1);
  if (mode === "wrap") return modulo(i, size);
  if (size === 1) return 0;
  const folded = modulo(i, 2 * (size - 1));
  return Math.min(folded, 2 * (size - 1) - folded);
}
