/** binary and where: operands are read through strides, in whatever layout they lie, at up to six axes. */
import type { Activation, BinaryNode, BinaryOp, Value, WhereNode } from "../../graph/graph.ts";
import { aligned, type CommonAxis, mergeAxes } from "../copy.ts";
import { type DraftTensor, storageOrder, tensorStrides } from "../draft.ts";
import { type Lowering, type Source, tensorSource } from "../layout.ts";
import type { Layout } from "../plan.ts";
import { BINARY_OPS } from "../steps.ts";
import { axisStrides, expandView } from "../view.ts";
import { activationFields, expectTypes } from "./common.ts";

const MAX_AXES = 6;
const COMPARISONS: ReadonlySet<BinaryOp> = new Set([
  "equal",
  "less",
  "lessOrEqual",
  "greater",
  "greaterOrEqual",
]);
const LOGIC: ReadonlySet<BinaryOp> = new Set(["and", "or", "xor"]);

export function lowerBinary(lowering: Lowering, node: BinaryNode): void {
  if (!COMPARISONS.has(node.op) && !LOGIC.has(node.op)) expectTypes(node, ["f32", "i32"], ...node.inputs);
  const output = node.outputs[0] as Value;
  const layout = outputLayout(lowering, node.inputs, output);
  const [a, b] = operands(lowering, node.inputs, output, layout) as [Source, Source];
  const y = lowering.define(output, layout);
  emitBinary(lowering, node.name, node.op, a, b, y, node.activation);
}

export function lowerWhere(lowering: Lowering, node: WhereNode): void {
  const output = node.outputs[0] as Value;
  const layout = outputLayout(lowering, node.inputs, output);
  const sources = operands(lowering, node.inputs, output, layout);
  const y = lowering.define(output, layout);
  lowering.draft.emit(
    "where",
    node.name,
    sources.map((source) => source.base),
    [y],
    () => {
      const axes = commonAxes([...sources, tensorSource(y)], y);
      return {
        dims: aligned(axes, MAX_AXES, "length"),
        conditionStride: aligned(axes, MAX_AXES, 0),
        aStride: aligned(axes, MAX_AXES, 1),
        bStride: aligned(axes, MAX_AXES, 2),
      };
    },
  );
}

/** y = activation(op(a, b)); both views have the dims of y, start at their base and have one stride per axis. */
export function emitBinary(
  lowering: Lowering,
  name: string,
  op: BinaryOp,
  a: Source,
  b: Source,
  y: DraftTensor,
  activation: Activation | null,
): void {
  lowering.draft.emit("binary", name, [a.base, b.base], [y], () => {
    const axes = commonAxes([a, b, tensorSource(y)], y);
    return {
      op: BINARY_OPS.indexOf(op),
      dims: aligned(axes, MAX_AXES, "length"),
      aStride: aligned(axes, MAX_AXES, 0),
      bStride: aligned(axes, MAX_AXES, 1),
      yStride: aligned(axes, MAX_AXES, 2),
      ...activationFields(activation),
    };
  });
}

/** The axes in the order of y's memory. */
function commonAxes(sources: readonly Source[], y: DraftTensor): CommonAxis[] {
  const strides = sources.map((source) => axisStrides(source.view()) as number[]);
  const order = storageOrder(y.layout, y.dims.length);
  return mergeAxes(
    order.map((axis) => ({
      length: y.dims[axis] as number,
      strides: strides.map((list) => list[axis] as number),
    })),
  );
}

/** nhwc when an operand of full size prefers it, or any operand does and none has full size. */
function outputLayout(lowering: Lowering, values: readonly Value[], output: Value): Layout {
  if (output.dims.length !== 4) return "plain";
  const full = values.filter((value) => isFull(value, output));
  const deciding = full.length > 0 ? full : values;
  return deciding.some((value) => lowering.prefersNhwc(value)) ? "nhwc" : "plain";
}

const isFull = (value: Value, output: Value): boolean =>
  value.dims.length === output.dims.length && value.dims.every((length, i) => length === output.dims[i]);

/** Each operand expanded to the output's dims; copies are made only where strides cannot express it. */
function operands(lowering: Lowering, values: readonly Value[], output: Value, layout: Layout): Source[] {
  const sources = values.map((value) => {
    const source =
      layout === "nhwc" && isFull(value, output)
        ? tensorSource(lowering.nhwc(value))
        : readable(lowering, value);
    return { base: source.base, view: () => expandView(source.view(), output.dims) };
  });
  if (axisCount(sources, output, layout) <= MAX_AXES) return sources;
  return sources.map((source, i) => {
    const name = `${(values[i] as Value).name}:expanded`;
    return tensorSource(lowering.materialize(name, source, output.dims, layout));
  });
}

/** The value where it lies, unless its view starts inside its base or has an axis of several strides. */
function readable(lowering: Lowering, value: Value): Source {
  const source = lowering.source(value);
  const view = source.view();
  if (view.offset === 0 && axisStrides(view) !== null) return source;
  return tensorSource(lowering.tensor(value, lowering.naturalLayout(value)));
}

function axisCount(sources: readonly Source[], output: Value, layout: Layout): number {
  const like = { layout, dims: output.dims, pixelStride: output.dims[1] ?? 0 } as DraftTensor;
  const all = sources.map((source) => axisStrides(source.view()) as number[]);
  const strides = [...all, tensorStrides(like)];
  const order = storageOrder(layout, output.dims.length);
  return mergeAxes(
    order.map((axis) => ({
      length: output.dims[axis] as number,
      strides: strides.map((list) => list[axis] as number),
    })),
  ).length;
}
