/** Views: transposes, slices, reshapes and broadcasts that move no data until something needs them to. */
import { elementCount } from "../graph/graph.ts";
import { type Atom, type DraftTensor, elementBytes, newTensor, tensorStrides, type View } from "./draft.ts";
import type { Layout } from "./plan.ts";

/** A copy step walks at most this many axes. */
export const MAX_ATOMS = 8;

export function viewOf(tensor: DraftTensor): View {
  const strides = tensorStrides(tensor);
  const axes = tensor.dims.map((length, i) =>
    length === 1 ? [] : [{ length, stride: strides[i] as number }],
  );
  return { base: tensor, offset: 0, axes };
}

export const viewDims = (view: View): number[] =>
  view.axes.map((atoms) => elementCount(atoms.map((atom) => atom.length)));

/** Neighbours that step alike become one atom; atoms of length 1 vanish. */
export function mergeAtoms(atoms: readonly Atom[]): Atom[] {
  const merged: Atom[] = [];
  for (const atom of atoms) {
    const last = merged.at(-1);
    if (atom.length === 1) continue;
    if (last !== undefined && last.stride === atom.stride * atom.length) {
      merged[merged.length - 1] = { length: last.length * atom.length, stride: atom.stride };
    } else {
      merged.push(atom);
    }
  }
  return merged;
}

/** How many axes a copy of it walks. */
export const atomCount = (view: View): number => mergeAtoms(view.axes.flat()).length;

export const permuteView = (view: View, perm: readonly number[]): View => ({
  ...view,
  axes: perm.map((axis) => view.axes[axis] as readonly Atom[]),
});

/** Null when an axis that was merged from several would be cut unevenly. */
export function sliceView(
  view: View,
  starts: readonly number[],
  steps: readonly number[],
  dims: readonly number[],
): View | null {
  const full = viewDims(view);
  let offset = view.offset;
  const axes: (readonly Atom[])[] = [];
  for (let i = 0; i < dims.length; i++) {
    const atoms = mergeAtoms(view.axes[i] as readonly Atom[]);
    const length = dims[i] as number;
    const start = starts[i] as number;
    const step = steps[i] as number;
    if (start === 0 && length === full[i] && (step === 1 || length === 1)) {
      axes.push(atoms);
    } else if (length === 1) {
      offset += elementOffset(atoms, start);
      axes.push([]);
    } else if (atoms.length === 1) {
      const { stride } = atoms[0] as Atom;
      offset += start * stride;
      axes.push([{ length, stride: stride * step }]);
    } else {
      return null;
    }
  }
  return { base: view.base, offset, axes };
}

function elementOffset(atoms: readonly Atom[], index: number): number {
  let rest = index;
  let offset = 0;
  for (const atom of atoms.toReversed()) {
    offset += (rest % atom.length) * atom.stride;
    rest = Math.floor(rest / atom.length);
  }
  return offset;
}

/** NumPy broadcast: missing leading axes and axes of length 1 repeat. */
export function expandView(view: View, dims: readonly number[]): View {
  const missing = dims.length - view.axes.length;
  const axes = dims.map((length, i) => {
    const atoms = view.axes[i - missing] ?? [];
    return atoms.length === 0 && length > 1 ? [{ length, stride: 0 }] : atoms;
  });
  return { ...view, axes };
}

/** Null when the new axes cut through the old ones unevenly (6 x 5 to 4 x ...). */
export function reshapeView(view: View, dims: readonly number[]): View | null {
  const atoms = mergeAtoms(view.axes.flat());
  const axes: Atom[][] = [];
  for (const dim of dims) {
    const axis: Atom[] = [];
    for (let need = dim; need > 1; ) {
      const atom = atoms.shift();
      if (atom === undefined) return null;
      if (need % atom.length === 0) {
        axis.push(atom);
        need /= atom.length;
      } else if (atom.length % need === 0) {
        const rest = atom.length / need;
        axis.push({ length: need, stride: atom.stride * rest });
        atoms.unshift({ length: rest, stride: atom.stride });
        need = 1;
      } else {
        return null;
      }
    }
    axes.push(axis);
  }
  return { ...view, axes };
}

/** One stride per axis (0 for length 1), or null when an axis needs several. */
export function axisStrides(view: View): number[] | null {
  const axes = view.axes.map(mergeAtoms);
  return axes.every((atoms) => atoms.length <= 1) ? axes.map((atoms) => atoms[0]?.stride ?? 0) : null;
}

/**
 * The view as a tensor of `layout` over the same memory, or null when its elements do not lie so. Pins the base.
 * An nhwc alias may have a pixel stride above C.
 */
export function aliasOf(view: View, layout: Layout, name: string): DraftTensor | null {
  const { base } = view;
  const dims = viewDims(view);
  const byteOffset = base.offset + view.offset * elementBytes(base.dtype);
  if (byteOffset % 4 !== 0) return null;
  const pixelStride = layout === "plain" ? (isRowMajor(view) ? 0 : null) : nhwcPixelStride(view, dims);
  if (pixelStride === null) return null;
  base.pinned = true;
  const alias = newTensor({
    name,
    dtype: base.dtype,
    layout,
    dims,
    buffer: base.buffer,
    offset: byteOffset,
    pixelStride,
  });
  alias.pinned = true;
  return alias;
}

function isRowMajor(view: View): boolean {
  const atoms = mergeAtoms(view.axes.flat());
  return atoms.length === 0 || (atoms.length === 1 && atoms[0]?.stride === 1);
}

function nhwcPixelStride(view: View, dims: readonly number[]): number | null {
  const strides = axisStrides(view);
  if (strides === null || dims.length !== 4) return null;
  const [n, c, h, w] = dims as [number, number, number, number];
  const [sn, sc, sh, sw] = strides as [number, number, number, number];
  if (c > 1 && sc !== 1) return null;
  const pixel = w > 1 ? sw : h > 1 ? sh : n > 1 ? sn / (h * w) : c;
  const fits =
    (w === 1 || sw === pixel) && (h === 1 || sh === w * pixel) && (n === 1 || sn === h * w * pixel);
  return fits && Number.isInteger(pixel) && pixel >= c ? pixel : null;
}
