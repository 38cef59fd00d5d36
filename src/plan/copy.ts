/** Fields of the copy step between two views of the same logical dims. */
import type { Atom, View } from "./draft.ts";
import type { StepFields } from "./steps.ts";
import { MAX_ATOMS, mergeAtoms } from "./view.ts";

/** Axes that several operands walk together: a length and one stride per operand. */
export interface CommonAxis {
  readonly length: number;
  readonly strides: readonly number[];
}

/** Drops axes of length 1 and joins neighbours that all operands step through alike. */
export function mergeAxes(axes: readonly CommonAxis[]): CommonAxis[] {
  const merged: CommonAxis[] = [];
  for (const axis of axes) {
    const last = merged.at(-1);
    if (axis.length === 1) continue;
    if (last?.strides.every((stride, i) => stride === (axis.strides[i] as number) * axis.length)) {
      merged[merged.length - 1] = { length: last.length * axis.length, strides: axis.strides };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

/** The lengths, or the strides of one operand, right-aligned in `size` entries. */
export function aligned(axes: readonly CommonAxis[], size: number, operand: number | "length"): number[] {
  const list = new Array<number>(size).fill(operand === "length" ? 1 : 0);
  axes.forEach((axis, i) => {
    const value = operand === "length" ? axis.length : (axis.strides[operand] as number);
    list[size - axes.length + i] = value;
  });
  return list;
}

/** Each axis of `target` has to be a single stride; the walk follows the target's memory. */
export function copyFields(source: View, target: View): StepFields<"copy"> {
  const axes = target.axes.flatMap((atoms, i) => {
    const [to] = mergeAtoms(atoms);
    return to === undefined ? [] : splitLike(mergeAtoms(source.axes[i] as readonly Atom[]), to);
  });
  axes.sort((a, b) => Math.abs(b.strides[1] as number) - Math.abs(a.strides[1] as number));
  const merged = mergeAxes(axes);
  return {
    dims: aligned(merged, MAX_ATOMS, "length"),
    xStride: aligned(merged, MAX_ATOMS, 0),
    yStride: aligned(merged, MAX_ATOMS, 1),
    xOffset: source.offset,
    yOffset: target.offset,
  };
}

/** The target's single stride beside each atom of the source. */
function splitLike(source: readonly Atom[], target: Atom): CommonAxis[] {
  let inner = target.length;
  return source.map((atom) => {
    inner /= atom.length;
    return { length: atom.length, strides: [atom.stride, target.stride * inner] };
  });
}
