/** Centres and sizes to corners. */
import type { NodeBuilder } from "../onnx/node-builder.ts";
import { sliceOf } from "./slice.ts";

/** f32 [k, 4] corners of rows f32 [k, 4 or more] that begin with x, y, w, h. */
export function centredBoxes(b: NodeBuilder, name: string, rows: string): string {
  const centre = sliceOf(b, `${name}/centre`, rows, 1, 0, 2);
  const size = sliceOf(b, `${name}/size_wh`, rows, 1, 2, 4);
  const half = b.node("Mul", `${name}/half`, [size, b.floats(`${name}/one_half`, [0.5], [])]);
  return cornersOf(b, name, centre, half);
}

/** f32 [k, 4] corners of centres and half sizes, both f32 [k, 2]. */
export function cornersOf(b: NodeBuilder, name: string, centre: string, half: string): string {
  const from = b.node("Sub", `${name}/from`, [centre, half]);
  const to = b.node("Add", `${name}/to`, [centre, half]);
  return b.node("Concat", `${name}/boxes`, [from, to], { axis: { int: 1 } });
}
