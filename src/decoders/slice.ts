/** Slice with its bounds as constants. */
import type { NodeBuilder } from "../onnx/node-builder.ts";

/** Elements `from` to `to` (not included) along an axis. */
export function sliceOf(
  b: NodeBuilder,
  name: string,
  x: string,
  axis: number,
  from: number,
  to: number,
): string {
  const bound = (what: string, value: number): string => b.integers(`${name}/${what}`, [value]);
  return b.node("Slice", name, [x, bound("from", from), bound("to", to), bound("axis", axis)]);
}
