/** Operators that move elements: where each element of the output comes from. */
import type { ConcatNode, PadNode, ResampleNode, SliceNode } from "../../src/graph/graph.ts";
import { aroundAxis, at, atBroadcast, type Tensor, tabulate } from "./tensor.ts";

export function concat(node: ConcatNode, inputs: readonly Tensor[]): Tensor {
  const { axis } = node;
  const size = inputs.reduce((sum, x) => sum + x.dims[axis]!, 0);
  return tabulate(inputs[0]!.dtype, inputs[0]!.dims.with(axis, size), (index) => {
    let position = index[axis]!;
    let part = 0;
    while (position >= inputs[part]!.dims[axis]!) position -= inputs[part++]!.dims[axis]!;
    return at(inputs[part]!, index.with(axis, position));
  });
}

export function slice(node: SliceNode, x: Tensor): Tensor {
  return tabulate(x.dtype, node.outputs[0]!.dims, (index) =>
    at(
      x,
      index.map((i, axis) => node.starts[axis]! + i * node.steps[axis]!),
    ),
  );
}

export function transpose(perm: readonly number[], x: Tensor): Tensor {
  const dims = perm.map((axis) => x.dims[axis]!);
  return tabulate(x.dtype, dims, (index) => {
    const source = new Array<number>(dims.length);
    perm.forEach((axis, i) => {
      source[axis] = index[i]!;
    });
    return at(x, source);
  });
}

export const expand = (x: Tensor, dims: readonly number[]): Tensor =>
  tabulate(x.dtype, dims, (index) => atBroadcast(x, index));

export function pad(node: PadNode, x: Tensor): Tensor {
  const dims = x.dims.map((size, axis) => size + node.before[axis]! + node.after[axis]!);
  return tabulate(x.dtype, dims, (index) => {
    const source = index.map((i, axis) => i - node.before[axis]!);
    const isInside = source.every((i, axis) => i >= 0 && i < x.dims[axis]!);
    if (!isInside && node.mode === "constant") return node.value;
    return at(
      x,
      source.map((i, axis) => inner(node.mode, i, x.dims[axis]!)),
    );
  });
}

function inner(mode: PadNode["mode"], position: number, size: number): number {
  let i = position;
  if (mode === "edge") return Math.max(0, Math.min(size - 1, i));
  while (mode === "wrap" && i < 0) i += size;
  while (mode === "wrap" && i >= size) i -= size;
  if (mode === "reflect" && i < 0) i = -i;
  if (mode === "reflect" && i >= size) i = 2 * (size - 1) - i;
  return i;
}

export function gather(axis: number, x: Tensor, indices: Tensor): Tensor {
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  return tabulate(x.dtype, dims, (index) => {
    const pick = at(indices, index.slice(axis, axis + indices.dims.length));
    const wrapped = pick < 0 ? pick + x.dims[axis]! : pick;
    if (wrapped < 0 || wrapped >= x.dims[axis]!) throw new RangeError(`gather: index ${pick}`);
    return at(x, [...index.slice(0, axis), wrapped, ...index.slice(axis + indices.dims.length)]);
  });
}

export function resample(node: ResampleNode, x: Tensor): Tensor {
  const { n, inner: width } = aroundAxis(x.dims, node.axis);
  const count = node.indices.length / node.taps;
  const dims = x.dims.with(node.axis, count);
  const y = new Float64Array(dims.reduce((a, b) => a * b, 1));
  y.forEach((_, position) => {
    const i = position % width;
    const j = Math.floor(position / width) % count;
    const outer = Math.floor(position / width / count);
    for (let t = 0; t < node.taps; t++) {
      const tap = j * node.taps + t;
      y[position]! += node.weights[tap]! * x.data[(outer * n + node.indices[tap]!) * width + i]!;
    }
  });
  return { dtype: "f32", dims, data: y };
}
