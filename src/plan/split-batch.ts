/**
 * A batch in parts: where the maps of all images together exceed what the last-level cache holds of them, a run of steps
 * goes over a few images at a time, one after the other, so that each step finds in the cache what the one before wrote.
 * Maps that nothing outside the run reads are as small as one part.
 *
 * What an image's result is does not depend on the images beside it, so the answers stay the same, bit for bit.
 */
import { type DraftBuffer, type DraftStep, type DraftTensor, elementBytes } from "./draft.ts";
import type { StepKind } from "./steps.ts";

export interface BatchLimits {
  /** Bytes of a map, of all images, from which on a step is split. */
  readonly large: number;
  /** A part is as many images as have maps of at most so many bytes, at least one. */
  readonly part: number;
}

/** Several maps are in use at a time: a quarter of a last-level cache of 32 MB. */
const LIMITS: BatchLimits = { large: 8 << 20, part: 4 << 20 };

/** Steps whose fields say nothing about the batch, and that compute each image by itself. */
const SPLIT: ReadonlySet<StepKind> = new Set<StepKind>(["conv", "pool"]);

/** Replaces runs of steps by their parts. Strides and buffers must be final, offsets are not known yet. */
export function splitBatch(steps: readonly DraftStep[], limits: BatchLimits = LIMITS): DraftStep[] {
  const split: DraftStep[] = [];
  for (let first = 0; first < steps.length; ) {
    let end = first;
    while (end < steps.length && isWorthwhile(steps[end] as DraftStep, limits)) end++;
    if (end - first >= 2) split.push(...partsOf(steps, first, end, limits));
    else split.push(...steps.slice(first, Math.max(end, first + 1)));
    first = Math.max(end, first + 1);
  }
  return split;
}

const tensorsOf = (step: DraftStep): DraftTensor[] =>
  [...step.inputs, ...step.outputs].filter((tensor) => tensor !== null);

const mapsOf = (step: DraftStep): DraftTensor[] =>
  tensorsOf(step).filter((tensor) => tensor.buffer.data === null);

function isWorthwhile(step: DraftStep, { large }: BatchLimits): boolean {
  const images = step.outputs[0]?.dims[0] ?? 1;
  if (!SPLIT.has(step.kind) || images < 2) return false;
  const maps = mapsOf(step);
  if (!maps.every((map) => isBatch(map, images))) return false;
  const weights = tensorsOf(step)
    .filter((tensor) => tensor.buffer.data !== null)
    .reduce((sum, tensor) => sum + tensor.buffer.bytes, 0);
  // Each part reads all weights: they must be little beside an image's maps.
  const moved = maps.reduce((sum, map) => sum + imageBytes(map), 0);
  return maps.some(({ buffer }) => buffer.bytes >= large) && weights <= moved;
}

/** Image after image, as large as the buffer or channel slices of it. */
function isBatch(map: DraftTensor, images: number): boolean {
  const { layout, dims, buffer } = map;
  return layout === "nhwc" && dims[0] === images && imageBytes(map) * images === buffer.bytes;
}

/** From image to image in the buffer. */
const imageBytes = ({ dtype, dims: [, , h, w], pixelStride }: DraftTensor): number =>
  (h as number) * (w as number) * pixelStride * elementBytes(dtype);

function partsOf(steps: readonly DraftStep[], first: number, end: number, limits: BatchLimits): DraftStep[] {
  const run = steps.slice(first, end);
  const images = run[0]?.outputs[0]?.dims[0] as number;
  const buffers = new Set(run.flatMap(mapsOf).map(({ buffer }) => buffer));
  const largest = Math.max(...[...buffers].map(({ bytes }) => bytes / images));
  const parts = Math.ceil(images / Math.max(1, Math.floor(limits.part / largest)));
  const outside = buffersOutside(steps, first, end);
  return Array.from({ length: parts }, (_, i) => {
    const from = Math.floor((images * i) / parts);
    const to = Math.floor((images * (i + 1)) / parts);
    return part(run, first, [from, to], images, outside);
  }).flat();
}

function buffersOutside(steps: readonly DraftStep[], first: number, end: number): Set<DraftBuffer> {
  const others = [...steps.slice(0, first), ...steps.slice(end)];
  return new Set(others.flatMap(tensorsOf).map(({ buffer }) => buffer));
}

function part(
  run: readonly DraftStep[],
  first: number,
  [from, to]: readonly [number, number],
  images: number,
  outside: ReadonlySet<DraftBuffer>,
): DraftStep[] {
  const buffers = new Map<DraftBuffer, DraftBuffer>();
  const tensors = new Map<DraftTensor, DraftTensor>();
  const bufferOf = (buffer: DraftBuffer): DraftBuffer => {
    if (buffer.isInput || buffer.isOutput || outside.has(buffer)) return buffer;
    const known = buffers.get(buffer);
    if (known !== undefined) return known;
    const made = { ...buffer, bytes: (buffer.bytes / images) * (to - from), tensors: [] };
    buffers.set(buffer, made);
    return made;
  };
  const sliced = (tensor: DraftTensor | null): DraftTensor | null => {
    if (tensor === null || tensor.buffer.data !== null) return tensor;
    const known = tensors.get(tensor);
    if (known !== undefined) return known;
    const buffer = bufferOf(tensor.buffer);
    const skipped = buffer === tensor.buffer ? from * imageBytes(tensor) : 0;
    const dims = [to - from, ...tensor.dims.slice(1)];
    const made = { ...tensor, dims, buffer, offset: tensor.offset + skipped };
    buffer.tensors.push(made);
    tensors.set(tensor, made);
    return made;
  };
  return run.map((step, i) => ({
    ...step,
    inputs: step.inputs.map(sliced),
    outputs: step.outputs.map(sliced),
    part: { step: first + i, images: [from, to] },
  }));
}
