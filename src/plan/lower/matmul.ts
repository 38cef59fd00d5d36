/** matmul: leading axes become rows where the right operand has none, else at most four batch axes. */
import { elementCount, type MatmulNode, type Value } from "../../graph/graph.ts";
import { aligned, mergeAxes } from "../copy.ts";
import type { DraftTensor } from "../draft.ts";
import { type Lowering, tensorSource } from "../layout.ts";
import { aliasOf, axisStrides, expandView, permuteView, viewOf } from "../view.ts";
import { activationFields, expectF32 } from "./common.ts";

const MAX_BATCH_AXES = 4;

interface Operand {
  readonly tensor: DraftTensor;
  readonly transposed: boolean;
  /** Elements between matrices along each axis of the output's batch. */
  readonly strides: readonly number[];
}

export function lowerMatmul(lowering: Lowering, node: MatmulNode): void {
  expectF32(node, ...node.inputs);
  const output = node.outputs[0] as Value;
  const [m, n] = output.dims.slice(-2) as [number, number];
  const batch = output.dims.slice(0, -2);
  const k = node.inputs[0].dims.at(node.transA ? -2 : -1) as number;
  const bias = node.inputs[2];
  let a = operand(lowering, node.inputs[0], node.transA, batch);
  let b = operand(lowering, node.inputs[1], node.transB, batch);
  const common = () =>
    mergeAxes(
      batch.map((length, i) => ({ length, strides: [a.strides[i] as number, b.strides[i] as number] })),
    );
  if (common().length > MAX_BATCH_AXES) {
    a = expanded(lowering, a, batch);
    b = expanded(lowering, b, batch);
  }
  const axes = common();
  const [only] = axes;
  const rows = axes.length === 1 && !a.transposed && only?.strides[0] === m * k && only.strides[1] === 0;
  const inputs = [a.tensor, b.tensor, bias && lowering.plain(bias)];
  const y = lowering.define(output, "plain");
  const kept = rows ? [] : axes;
  lowering.draft.emit("matmul", node.name, inputs, [y], () => ({
    m: rows ? m * elementCount(batch) : m,
    n,
    k,
    transA: a.transposed ? 1 : 0,
    transB: b.transposed ? 1 : 0,
    batch: aligned(kept, MAX_BATCH_AXES, "length"),
    aBatchStride: aligned(kept, MAX_BATCH_AXES, 0),
    bBatchStride: aligned(kept, MAX_BATCH_AXES, 1),
    scale: node.alpha,
    ...activationFields(node.activation),
  }));
}

/** A plain tensor; one that is only the transpose of a plain tensor is read the other way round instead of copied. */
function operand(lowering: Lowering, value: Value, transposed: boolean, batch: readonly number[]): Operand {
  const rank = value.dims.length;
  let tensor: DraftTensor | null = null;
  let flipped = transposed;
  const isMatrix = value.dims.slice(-2).every((length) => length > 1);
  if (isMatrix && !lowering.hasLayout(value, "plain")) {
    const swap = value.dims.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
    tensor = aliasOf(permuteView(lowering.source(value).view(), swap), "plain", `${value.name}:swapped`);
    if (tensor !== null) flipped = !transposed;
  }
  tensor ??= lowering.plain(value);
  const own = value.dims.slice(0, -2);
  const size = elementCount(value.dims.slice(-2));
  const strides = batch.map((_, i) => {
    const axis = i - (batch.length - own.length);
    return axis < 0 || own[axis] === 1 ? 0 : size * elementCount(own.slice(axis + 1));
  });
  return { tensor, transposed: flipped, strides };
}

/** A copy for every matrix of the batch. */
function expanded(lowering: Lowering, { tensor, transposed }: Operand, batch: readonly number[]): Operand {
  const matrix = tensor.dims.slice(-2);
  const dims = [...batch, ...matrix];
  const source = { base: tensor, view: () => expandView(viewOf(tensor), dims) };
  const full = lowering.materialize(`${tensor.name}:expanded`, source, dims, "plain");
  const strides = axisStrides(tensorSource(full).view()) as number[];
  return { tensor: full, transposed, strides: strides.slice(0, -2) };
}
