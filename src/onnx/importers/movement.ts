/** Operators that move elements: slices, joins, permutations, repetition, padding. Any element type. */
import { elementCount, isConstant, type PadNode, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import { ALL_TYPES, type Operator, type OperatorTable } from "./operator.ts";

/** Slice of one axis as NumPy has it: x[start:end:step] with out-of-range bounds clamped. */
function sliceAxis(size: number, start: number, end: number, step: number): { start: number; count: number } {
  const fromFront = (at: number) => (at < 0 ? at + size : at);
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at, low), high);
  const forward = step > 0;
  const first = clamp(fromFront(start), 0, forward ? size : size - 1);
  const last = clamp(fromFront(end), forward ? 0 : -1, forward ? size : size - 1);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return { start: count === 0 ? 0 : first, count };
}

/** Before opset 10 everything is an attribute and steps are 1. */
function importSlice(c: NodeContext): Value[] {
  const x = c.input(0);
  const rank = x.dims.length;
  const attributes = c.opset < 10;
  const starts = (attributes ? c.ints("starts", null) : c.known(1)) ?? c.mismatch("it needs starts.");
  const ends = (attributes ? c.ints("ends", null) : c.known(2)) ?? c.mismatch("it needs ends.");
  const given = attributes ? c.ints("axes", null) : c.known(3);
  const axes = c.axes(given ?? starts.map((_, i) => i), rank);
  const steps = (attributes ? null : c.known(4)) ?? starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    c.mismatch(
      `starts, ends, axes and steps must be equally long, found ${starts.length}, ${ends.length}, ${axes.length} and ${steps.length}.`,
    );
  }
  const spec = { starts: x.dims.map(() => 0), steps: x.dims.map(() => 1), dims: [...x.dims] };
  axes.forEach((axis, i) => {
    if (steps[i] === 0) c.mismatch("a step of 0.");
    const { start, count } = sliceAxis(x.dims[axis]!, starts[i]!, ends[i]!, steps[i]!);
    spec.starts[axis] = start;
    spec.steps[axis] = count > 1 ? steps[i]! : 1;
    spec.dims[axis] = count;
  });
  return c.emit("slice", { inputs: [x], ...spec });
}

/** Parts by their lengths (attribute before opset 13, then input), or in equal parts, the last one possibly shorter. */
function importSplit(c: NodeContext): Value[] {
  const x = c.input(0);
  const axis = c.axis(c.int("axis", 0), x.dims.length);
  const size = x.dims[axis]!;
  const given = c.opset < 13 ? c.ints("split", null) : c.known(1);
  const parts = given ?? equalParts(c, size, c.int("num_outputs", c.node.outputs.length));
  if (
    parts.length !== c.node.outputs.length ||
    parts.some((p) => p < 0) ||
    parts.reduce((a, b) => a + b, 0) !== size
  ) {
    c.mismatch(`parts of ${parts} do not divide ${size} elements among ${c.node.outputs.length} outputs.`);
  }
  let start = 0;
  return parts.flatMap((count, i) => {
    const starts = x.dims.map((_, a) => (a === axis && count > 0 ? start : 0));
    start += count;
    return c.emit(
      "slice",
      { inputs: [x], starts, steps: x.dims.map(() => 1), dims: x.dims.with(axis, count) },
      i,
    );
  });
}

function equalParts(c: NodeContext, size: number, count: number): number[] {
  const part = Math.ceil(size / count);
  const last = size - part * (count - 1);
  if (last < 0 || (c.opset < 18 && last !== part))
    c.mismatch(`${size} elements cannot be split into ${count} equal parts.`);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? last : part));
}

function importConcat(c: NodeContext): Value[] {
  const first = c.input(0);
  const axis = c.int("axis", null);
  if (axis === null) return c.mismatch("it needs the attribute axis.");
  return c.emit("concat", { inputs: c.all(), axis: c.axis(axis, first.dims.length) });
}

function importTranspose(c: NodeContext): Value[] {
  const x = c.input(0);
  const perm = c.ints("perm", null) ?? x.dims.map((_, i) => i).reverse();
  return c.emit("transpose", { inputs: [x], perm });
}

/** Bidirectional: the result has the broadcast dims of x and of the shape. */
function importExpand(c: NodeContext): Value[] {
  const x = c.input(0);
  const shape = c.known(1) ?? c.mismatch("it needs a shape.");
  const rank = Math.max(shape.length, x.dims.length);
  const dims = Array.from({ length: rank }, (_, i) => {
    const mine = x.dims[i - (rank - x.dims.length)] ?? 1;
    const asked = shape[i - (rank - shape.length)] ?? 1;
    return asked === 1 ? mine : asked;
  });
  return c.emit("expand", { inputs: [x], dims });
}

/** Each repeated axis becomes two, of which the first is expanded: rank grows by the number of repeated axes. */
function importTile(c: NodeContext): Value[] {
  const x = c.input(0);
  const repeats = c.known(1) ?? c.mismatch("it needs repeats.");
  if (repeats.length !== x.dims.length || repeats.some((r) => r < 0)) {
    c.mismatch(`repeats [${repeats}] must hold one count for each axis of [${x.dims}].`);
  }
  const split = x.dims.flatMap((d, i) => (repeats[i] === 1 ? [d] : [1, d]));
  const wide = x.dims.flatMap((d, i) => (repeats[i] === 1 ? [d] : [repeats[i]!, d]));
  const repeated = c.add("expand", { inputs: [c.reshape(x, split)], dims: wide });
  return c.emit("reshape", { inputs: [repeated], dims: x.dims.map((d, i) => d * repeats[i]!) });
}

/** [N, C, H, W] split into blocks of b x b; DCR has the block in front of the depth, CRD behind it. */
function importDepthToSpace(c: NodeContext): Value[] {
  const { x, b, dims } = blocks(c);
  const [n, channels, h, w] = dims;
  const depth = channels / (b * b);
  if (!Number.isInteger(depth)) c.mismatch(`${channels} channels do not form blocks of ${b} x ${b}.`);
  const crd = c.choice("mode", ["DCR", "CRD"], "DCR") === "CRD";
  const split = c.reshape(x, crd ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w]);
  const moved = c.add("transpose", { inputs: [split], perm: crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2] });
  return c.emit("reshape", { inputs: [moved], dims: [n, depth, h * b, w * b] });
}

function importSpaceToDepth(c: NodeContext): Value[] {
  const { x, b, dims } = blocks(c);
  const [n, channels, h, w] = dims;
  if (h % b !== 0 || w % b !== 0) c.mismatch(`${h} x ${w} cannot be cut into blocks of ${b} x ${b}.`);
  const split = c.reshape(x, [n, channels, h / b, b, w / b, b]);
  const moved = c.add("transpose", { inputs: [split], perm: [0, 3, 5, 1, 2, 4] });
  return c.emit("reshape", { inputs: [moved], dims: [n, channels * b * b, h / b, w / b] });
}

function blocks(c: NodeContext): { x: Value; b: number; dims: [number, number, number, number] } {
  const x = c.input(0);
  const b = c.int("blocksize", 0);
  if (b < 1) c.mismatch("it needs a positive blocksize.");
  if (x.dims.length !== 4) c.mismatch(`it expects [N, C, H, W], found [${x.dims}].`);
  return { x, b, dims: x.dims as unknown as [number, number, number, number] };
}

const PAD_MODES: readonly PadNode["mode"][] = ["constant", "reflect", "edge", "wrap"];

/** Attributes before opset 11, inputs from then on; `axes` (default all) from opset 18 on. */
function importPad(c: NodeContext): Value[] {
  const x = c.input(0);
  const mode = c.choice("mode", PAD_MODES, "constant");
  const pads = (c.opset < 11 ? c.ints("pads", null) : c.known(1)) ?? c.mismatch("it needs pads.");
  const axes = c.axes((c.opset < 18 ? null : c.known(3)) ?? x.dims.map((_, i) => i), x.dims.length);
  if (pads.length !== 2 * axes.length)
    c.mismatch(`pads [${pads}] must hold a start and an end for axes ${axes}.`);
  const spec = { before: x.dims.map(() => 0), after: x.dims.map(() => 0) };
  axes.forEach((axis, i) => {
    spec.before[axis] = pads[i]!;
    spec.after[axis] = pads[axes.length + i]!;
  });
  const fill = c.opset < 11 ? c.float("value", 0) : padValue(c, mode);
  if (typeof fill === "number") return c.emit("pad", { inputs: [x], mode, ...spec, value: fill });
  // A value that is only known at run time replaces the zeros where x does not reach.
  const zeros = c.add("pad", { inputs: [x], mode, ...spec, value: 0 });
  c.checkMade(elementCount(zeros.dims));
  const inside = c.add("expand", { inputs: [c.constant(Uint8Array.of(0), [], "bool")], dims: x.dims });
  const outside = c.add("pad", { inputs: [inside], mode, ...spec, value: 1 });
  return c.emit("where", { inputs: [outside, c.reshape(fill, []), zeros] });
}

function padValue(c: NodeContext, mode: PadNode["mode"]): number | Value {
  const value = c.optional(2);
  if (value === null || mode !== "constant") return 0;
  if (elementCount(value.dims) !== 1) c.mismatch("its fill value must be a single number.");
  return isConstant(value) ? Number(value.constant![0]) : value;
}

function importGather(c: NodeContext): Value[] {
  const x = c.input(0);
  return c.emit("gather", { inputs: [x, c.input(1)], axis: c.axis(c.int("axis", 0), x.dims.length) });
}

const mover = (fields: Omit<Operator, "types">): Operator => ({ ...fields, types: ALL_TYPES });

export const MOVEMENT: OperatorTable = {
  Concat: mover({ since: 4, inputs: Number.POSITIVE_INFINITY, attributes: ["axis"], import: importConcat }),
  DepthToSpace: mover({ inputs: 1, attributes: ["blocksize", "mode"], import: importDepthToSpace }),
  Expand: mover({ inputs: 2, known: [1], import: importExpand }),
  Gather: mover({ inputs: 2, attributes: ["axis"], import: importGather }),
  Pad: mover({
    since: 2,
    inputs: 4,
    known: [1, 3],
    attributes: ["mode", "pads", "value"],
    import: importPad,
  }),
  Slice: mover({
    inputs: 5,
    known: [1, 2, 3, 4],
    attributes: ["axes", "ends", "starts"],
    import: importSlice,
  }),
  SpaceToDepth: mover({ inputs: 1, attributes: ["blocksize"], import: importSpaceToDepth }),
  Split: mover({
    since: 2,
    inputs: 2,
    known: [1],
    attributes: ["axis", "num_outputs", "split"],
    import: importSplit,
  }),
  Tile: mover({ since: 6, inputs: 2, known: [1], import: importTile }),
  Transpose: mover({ inputs: 1, attributes: ["perm"], import: importTranspose }),
};
