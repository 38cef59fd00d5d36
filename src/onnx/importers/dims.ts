/** Operators that change or report dims and leave the elements alone. */
import { elementCount, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import { ALL_TYPES, type OperatorTable } from "./operator.ts";

const emitReshape = (c: NodeContext, x: Value, dims: readonly number[]): Value[] =>
  c.emit("reshape", { inputs: [x], dims });

/** -1 takes what is left; 0 copies the input's dimension, unless allowzero. */
function importReshape(c: NodeContext): Value[] {
  const x = c.input(0);
  const shape = c.known(1) ?? c.mismatch("it needs a shape.");
  const allowZero = c.int("allowzero", 0) === 1;
  const copied = shape.map((d, i) => {
    if (d !== 0 || allowZero) return d;
    return x.dims[i] ?? c.mismatch(`0 at position ${i} of [${shape}] copies no dimension of [${x.dims}].`);
  });
  const open = copied.indexOf(-1);
  if (open < 0) return emitReshape(c, x, copied);
  const others = elementCount(copied.toSpliced(open, 1));
  const left = elementCount(x.dims) / others;
  if (!Number.isInteger(left) || left < 0) c.mismatch(`[${x.dims}] cannot be reshaped to [${shape}].`);
  return emitReshape(c, x, copied.with(open, left));
}

/** A matrix: the axes before `axis`, and those from it on. */
function importFlatten(c: NodeContext): Value[] {
  const x = c.input(0);
  const rank = x.dims.length;
  const given = c.int("axis", 1);
  const axis = given === rank ? rank : c.axis(given, rank);
  return emitReshape(c, x, [elementCount(x.dims.slice(0, axis)), elementCount(x.dims.slice(axis))]);
}

/** Axes are an attribute before opset 13, an input from then on. */
const axesOf = (c: NodeContext): number[] | null => (c.opset < 13 ? c.ints("axes", null) : c.known(1));

function importSqueeze(c: NodeContext): Value[] {
  const x = c.input(0);
  const given = axesOf(c);
  if (given === null)
    return emitReshape(
      c,
      x,
      x.dims.filter((d) => d !== 1),
    );
  const axes = c.axes(given, x.dims.length);
  for (const axis of axes) {
    if (x.dims[axis] !== 1) c.mismatch(`axis ${axis} of [${x.dims}] is not 1.`);
  }
  return emitReshape(
    c,
    x,
    x.dims.filter((_, axis) => !axes.includes(axis)),
  );
}

/** The axes are those of the result. */
function importUnsqueeze(c: NodeContext): Value[] {
  const x = c.input(0);
  const given = axesOf(c) ?? c.mismatch("it needs axes.");
  const axes = c.axes(given, x.dims.length + given.length);
  const dims = [...x.dims];
  for (const axis of axes.toSorted((a, b) => a - b)) dims.splice(axis, 0, 1);
  return emitReshape(c, x, dims);
}

/** Dims `start` to `end` (default: all) as int64; both are clamped. */
function importShape(c: NodeContext): Value[] {
  const x = c.imported(0);
  const rank = x.dims.length;
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + rank : at, 0), rank);
  const dims = x.dims.slice(clamp(c.int("start", 0)), clamp(c.int("end", rank)));
  return [c.constant(BigInt64Array.from(dims, BigInt), [dims.length])];
}

const importSize = (c: NodeContext): Value[] => [
  c.constant(BigInt64Array.of(BigInt(elementCount(c.imported(0).dims))), []),
];

export const DIMS: OperatorTable = {
  Flatten: { inputs: 1, attributes: ["axis"], types: ALL_TYPES, import: importFlatten },
  Reshape: {
    since: 5,
    inputs: 2,
    known: [1],
    attributes: ["allowzero"],
    types: ALL_TYPES,
    import: importReshape,
  },
  Shape: {
    inputs: 1,
    attributes: ["end", "start"],
    types: ALL_TYPES,
    foreign: true,
    dimsOnly: true,
    result: "int64",
    import: importShape,
  },
  Size: { inputs: 1, types: ALL_TYPES, foreign: true, dimsOnly: true, result: "int64", import: importSize },
  Squeeze: { inputs: 2, known: [1], attributes: ["axes"], types: ALL_TYPES, import: importSqueeze },
  Unsqueeze: { inputs: 2, known: [1], attributes: ["axes"], types: ALL_TYPES, import: importUnsqueeze },
};
