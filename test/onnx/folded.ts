/**
 * Operators whose result can be worked out by hand. All inputs are bound, so the graph builder evaluates the network
 * and the output is a constant.
 */
import { importGraph, parseModel } from "../../src/onnx/import.ts";
import type { OnnxAttribute, OnnxTensor } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, type Suite } from "../shim.ts";
import { floats, int64s, model, node } from "./models.ts";

export interface Case {
  readonly op: string;
  readonly opset: number;
  /** null: an absent optional input. */
  readonly inputs: readonly (OnnxTensor | null)[];
  readonly attributes?: Record<string, OnnxAttribute>;
  readonly dims: readonly number[];
  readonly expected: readonly number[];
}

export function check({ op, opset, inputs, attributes, dims, expected }: Case, label: string): void {
  const names = inputs.map((tensor, i) => (tensor === null ? "-" : `i${i}`)).join(" ");
  const initializers = inputs.flatMap((tensor, i) => (tensor === null ? [] : [{ ...tensor, name: `i${i}` }]));
  const source = model({ nodes: [node(op, names, "y", attributes)], initializers, opset });
  const [y] = importGraph(parseModel(writeModel(source)), { inputs: {} }).outputs;
  assert.equal(y!.dims, dims, label);
  const values = Array.from(y!.constant as ArrayLike<number | bigint>, Number);
  values.forEach((value, i) => {
    const close = Math.abs(value - expected[i]!) <= 1e-5 * Math.max(1, Math.abs(expected[i]!));
    assert.ok(close || value === expected[i], `${label}: element ${i} is ${value}, expected ${expected[i]}`);
  });
  assert.is(values.length, expected.length, label);
}

/** One test over several cases. */
export const table = (test: Suite, title: string, cases: readonly Case[]): void =>
  test(title, () => {
    for (const [i, entry] of cases.entries()) check(entry, `${entry.op} opset ${entry.opset} #${i}`);
  });

/** from, from + 1, .. */
export const count = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => i + from);
export const f = (dims: number[], values: Iterable<number>): OnnxTensor => floats("", dims, values);
/** One int64 axis, shape or index list. */
export const i = (...values: number[]): OnnxTensor => int64s("", values);
export const scalar = (value: number): OnnxTensor => f([], [value]);
