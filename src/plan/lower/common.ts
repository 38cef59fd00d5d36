/** What several families need: fused activations, type checks, axes as [outer, n, inner]. */
import { SpineXRError } from "../../api/errors.ts";
import { type Activation, elementCount, type Node, type Value } from "../../graph/graph.ts";
import { coreType, type DraftTensor, storageOrder } from "../draft.ts";
import type { Lowering } from "../layout.ts";
import type { CoreDType, Layout } from "../plan.ts";
import { ACTIVATIONS } from "../steps.ts";

export function activationFields(activation: Activation | null): {
  activation: number;
  alpha: number;
  beta: number;
} {
  return {
    activation: ACTIVATIONS.indexOf(activation?.op ?? "none"),
    alpha: activation?.alpha ?? 0,
    beta: activation?.beta ?? 0,
  };
}

/** Throws UNSUPPORTED_OPERATOR when the core does not compute this node on the type of one of its operands. */
export function expectTypes(node: Node, types: readonly CoreDType[], ...values: (Value | null)[]): void {
  for (const value of values) {
    if (value !== null && !types.includes(coreType(value.dtype))) {
      throw new SpineXRError(
        "UNSUPPORTED_OPERATOR",
        `${node.kind} "${node.name}" computes in ${types.join(" or ")}, but "${value.name}" is ${value.dtype}. ` +
          "Cast it in the model.",
      );
    }
  }
}

export const expectF32 = (node: Node, ...values: (Value | null)[]): void =>
  expectTypes(node, ["f32"], ...values);

export const isEmpty = (value: Value): boolean => elementCount(value.dims) === 0;

export interface AxisForm {
  readonly x: DraftTensor;
  readonly layout: Layout;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** x as dense [outer, n, inner] around one logical axis, in the layout where it lies or, if asked for, plain. */
export function aroundAxis(lowering: Lowering, value: Value, axis: number, plain = false): AxisForm {
  const layout = plain ? "plain" : lowering.naturalLayout(value);
  const order = storageOrder(layout, value.dims.length);
  const at = order.indexOf(axis);
  const size = (axes: readonly number[]): number => elementCount(axes.map((i) => value.dims[i] as number));
  return {
    x: lowering.tensor(value, layout),
    layout,
    outer: size(order.slice(0, at)),
    n: value.dims[axis] as number,
    inner: size(order.slice(at + 1)),
  };
}
