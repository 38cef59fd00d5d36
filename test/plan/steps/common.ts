/** Helpers of the step interpreters. */
import type { Activation, UnaryOp } from "../../../src/graph/graph.ts";
import { ACTIVATIONS } from "../../../src/plan/steps.ts";
import { unary } from "./functions.ts";

/** What a fused activation does to a value. */
export function activate(fields: { activation: number; alpha: number; beta: number }): (v: number) => number {
  const name = ACTIVATIONS[fields.activation];
  if (name === undefined) throw new Error(`activation ${fields.activation}`);
  return name === "none"
    ? (v) => v
    : unary(name satisfies Activation["op"] as UnaryOp, fields.alpha, fields.beta);
}

/** Calls `visit` with the position of each operand for every point of `dims`. */
export function walk(
  dims: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (at: readonly number[]) => void,
): void {
  const at = strides.map(() => 0);
  const step = (axis: number): void => {
    if (axis === dims.length) {
      visit(at);
      return;
    }
    for (let i = 0; i < (dims[axis] as number); i++) {
      step(axis + 1);
      for (let s = 0; s < at.length; s++) at[s]! += strides[s]![axis] as number;
    }
    for (let s = 0; s < at.length; s++) at[s]! -= (strides[s]![axis] as number) * (dims[axis] as number);
  };
  step(0);
}

/** For steps without strides: the operand's elements have to lie one after another. */
export function expectDense(operand: {
  layout: string;
  pixelStride: number;
  dims: readonly number[];
  extent: number;
}): void {
  const count = operand.dims.reduce((a, b) => a * b, 1);
  if (operand.extent !== count)
    throw new Error(`a step reads or writes a slice of pixel stride ${operand.pixelStride} as dense`);
}
