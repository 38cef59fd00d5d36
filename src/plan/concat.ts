/**
 * Concat in place: the inputs of a concat become slices of its output, so that their producers write them there.
 *
 * A concat on channels of nhwc values makes slices with a pixel stride; a concat of plain values in front of which
 * all axes have length 1 makes contiguous slices. Whole buffers move: when the inputs of a concat exactly tile the
 * buffer of an earlier concat (a dense block that grows layer by layer), that buffer becomes a slice as it is.
 */
import { elementCount } from "../graph/graph.ts";
import { copyFields } from "./copy.ts";
import {
  type ConcatPart,
  type Draft,
  type DraftBuffer,
  type DraftConcat,
  type DraftStep,
  type DraftTensor,
  elementBytes,
  newTensor,
  tensorBytes,
  tensorStrides,
  type View,
} from "./draft.ts";
import type { StepKind } from "./steps.ts";
import { viewOf } from "./view.ts";

/** Steps that can write to a channel slice. */
const STRIDED_WRITERS: ReadonlySet<StepKind> = new Set<StepKind>([
  "conv",
  "pool",
  "unary",
  "scaleShift",
  "binary",
  "copy",
  "multiLevelRoiAlign",
]);

/** Replaces every concat by the copies that are still needed. */
export function resolveConcats(draft: Draft, inPlace: boolean): void {
  const rigid = inPlace ? tensorsOfDenseWriters(draft) : new Set<DraftTensor>();
  draft.steps = draft.steps.flatMap((step) =>
    step.kind === "concat" ? resolveOne(step as DraftConcat, inPlace, rigid) : [step],
  );
}

/** Tensors that some step writes as a whole, without a pixel stride. */
function tensorsOfDenseWriters(draft: Draft): Set<DraftTensor> {
  const rigid = new Set<DraftTensor>();
  for (const step of draft.steps) {
    if (step.kind === "concat" || STRIDED_WRITERS.has(step.kind)) continue;
    for (const tensor of (step as DraftStep).outputs) if (tensor !== null) rigid.add(tensor);
  }
  return rigid;
}

function resolveOne(concat: DraftConcat, inPlace: boolean, rigid: ReadonlySet<DraftTensor>): DraftStep[] {
  const { output, parts, axis } = concat;
  const sliced = inPlace && isSliceable(output, axis);
  if (sliced && becomesSliceOfInputs(output, parts)) return [];
  const copies: DraftStep[] = [];
  let at = 0;
  for (let i = 0; i < parts.length; ) {
    const run = sliced ? relocateRun(output, parts, i, at * unitBytes(output, axis), rigid) : 0;
    if (run === 0) copies.push(copyStep(concat, i, at));
    for (const part of parts.slice(i, i + Math.max(run, 1))) at += part.dims[axis] as number;
    i += Math.max(run, 1);
  }
  return copies;
}

/** Its parts are slices of the kinds above. */
const isSliceable = (output: DraftTensor, axis: number): boolean =>
  output.layout === "nhwc" ? axis === 1 : elementCount(output.dims.slice(0, axis)) === 1;

/** How far one step along the axis moves a part. */
const unitBytes = (output: DraftTensor, axis: number): number =>
  elementBytes(output.dtype) * (output.layout === "nhwc" ? 1 : elementCount(output.dims.slice(axis + 1)));

/** How far the next part starts behind this one. */
const sliceBytes = (tensor: DraftTensor): number =>
  tensor.layout === "nhwc" ? (tensor.dims[1] as number) * elementBytes(tensor.dtype) : tensorBytes(tensor);

/** How many parts from `first` on lie one behind the other in one buffer, with one pixel stride. */
function runLength(parts: readonly ConcatPart[], first: number): number {
  const start = parts[first] as ConcatPart;
  if (start.view !== null) return 0;
  let end = start.base.offset + sliceBytes(start.base);
  let count = 1;
  for (const { base, view } of parts.slice(first + 1)) {
    const follows =
      view === null &&
      base.buffer === start.base.buffer &&
      base.offset === end &&
      base.pixelStride === start.base.pixelStride;
    if (!follows) break;
    end += sliceBytes(base);
    count++;
  }
  return count;
}

/** All parts already stand side by side: the output is that place. */
function becomesSliceOfInputs(output: DraftTensor, parts: readonly ConcatPart[]): boolean {
  const { base } = parts[0] as ConcatPart;
  const { buffer, pixelStride } = base;
  const fits = !output.pinned || output.pixelStride === pixelStride;
  // An output of the network must not come to lie in an input or a constant.
  const owned = buffer.data === null && !buffer.isInput;
  if (runLength(parts, 0) !== parts.length || !fits || !owned) return false;
  moveBuffer(output.buffer, buffer, base.offset, pixelStride);
  return true;
}

/** Moves the buffer that a run of parts tiles into the output's. Gives the length of the run, 0 when it cannot. */
function relocateRun(
  output: DraftTensor,
  parts: readonly ConcatPart[],
  first: number,
  target: number,
  rigid: ReadonlySet<DraftTensor>,
): number {
  const run = runLength(parts, first);
  const { base } = parts[first] as ConcatPart;
  const { buffer } = base;
  if (run === 0 || buffer === output.buffer || buffer.data !== null || buffer.isInput) return 0;
  if (base.offset !== 0 || target % 4 !== 0) return 0;
  const covered = parts.slice(first, first + run).reduce((sum, part) => sum + sliceBytes(part.base), 0);
  const strided = output.layout === "nhwc";
  const whole = strided ? base.pixelStride * elementBytes(base.dtype) : buffer.bytes;
  if (covered !== whole) return 0;
  const loose = (tensor: DraftTensor): boolean =>
    !tensor.pinned && !rigid.has(tensor) && tensor.layout === "nhwc" && samePixels(tensor, output);
  if (strided && !buffer.tensors.every(loose)) return 0;
  moveBuffer(buffer, output.buffer, output.offset + target, output.pixelStride);
  return run;
}

const samePixels = (a: DraftTensor, b: DraftTensor): boolean =>
  [0, 2, 3].every((axis) => a.dims[axis] === b.dims[axis]);

/** Tensors that are free to take it get the pixel stride; a plain move (0) changes none. */
function moveBuffer(from: DraftBuffer, to: DraftBuffer, offset: number, pixelStride: number): void {
  for (const tensor of from.tensors) {
    tensor.buffer = to;
    tensor.offset += offset;
    if (pixelStride > 0 && !tensor.pinned) tensor.pixelStride = pixelStride;
  }
  to.tensors.push(...from.tensors);
  from.tensors = [];
}

/** Writes to a tensor of its own where the part is a slice, so that source and target may share the buffer. */
function copyStep({ name, axis, parts, output }: DraftConcat, index: number, start: number): DraftStep {
  const { base, view, dims } = parts[index] as ConcatPart;
  const { dtype, layout, buffer, pixelStride } = output;
  const offset = output.offset + start * unitBytes(output, axis);
  const slice = isSliceable(output, axis)
    ? newTensor({ name: `${name}:${index}`, dtype, layout, dims, buffer, offset, pixelStride })
    : null;
  const target = (): View => {
    if (slice !== null) return viewOf(slice);
    const strides = tensorStrides(output);
    const axes = dims.map((length, i) => (length === 1 ? [] : [{ length, stride: strides[i] as number }]));
    return { base: output, offset: start * (strides[axis] as number), axes };
  };
  const source = view ?? (() => viewOf(base));
  return {
    kind: "copy",
    name: `${name}:${index}`,
    inputs: [base],
    outputs: [slice ?? output],
    dense: false,
    fields: () => ({ ...copyFields(source(), target()) }),
  };
}
