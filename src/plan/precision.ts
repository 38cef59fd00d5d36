/**
 * Half precision: which tensors of a draft become f16.
 *
 * Graph inputs and outputs stay f32, constants too. So do boxes, anchors, RoIs, sizes, the scores that top-k and suppression
 * order, whatever is compared or made an integer, and what may leave the range of f16 or lose most of its digits there (exp,
 * sums, quotients). From there f32 goes back through the steps whose operands have one type (half.ts), up to the convolution
 * or matrix product that computed the value: those sum in f32 and write it, so logits lose nothing.
 *
 * Forward, a step that reads f32 only writes f32; one that reads both gets its f32 operands cast. A buffer has one type: so
 * have the slices of a concat in place.
 */
import {
  type DraftBuffer,
  type DraftStep,
  type DraftTensor,
  elementBytes,
  isDense,
  newBuffer,
  newTensor,
  tensorBytes,
} from "./draft.ts";
import { BESIDE_CONSTANTS, HALF_OPERANDS } from "./half.ts";
import { BINARY_OPS, POOL_MODES, REDUCE_OPS, UNARY_OPS } from "./steps.ts";

/** Their results are no larger than what they read, or little, and rounding the operand moves them little. */
const HALF_UNARY: ReadonlySet<(typeof UNARY_OPS)[number]> = new Set([
  "relu",
  "clip",
  "leakyRelu",
  "sigmoid",
  "tanh",
  "silu",
  "hardSigmoid",
  "hardSwish",
  "abs",
  "neg",
  "sqrt",
  "erf",
  "gelu",
  "geluTanh",
  "softplus",
  "softsign",
  "elu",
  "selu",
  "celu",
  "mish",
  "thresholdedRelu",
] as const);
const HALF_BINARY: ReadonlySet<(typeof BINARY_OPS)[number]> = new Set([
  "add",
  "sub",
  "mul",
  "min",
  "max",
  "prelu",
] as const);
const HALF_REDUCE: ReadonlySet<(typeof REDUCE_OPS)[number]> = new Set(["mean", "max", "min"] as const);

/**
 * Turns tensors to f16, halving their buffers, and gives the steps with the casts that are needed. Runs when strides and
 * buffers are final and ports are known, before batches are split and memory is planned.
 */
export function lowerPrecision(steps: readonly DraftStep[]): DraftStep[] {
  const writers = writersOf(steps);
  const single = singleBuffers(steps, writers);
  const casts = new Map<DraftBuffer, Cast>();
  const result = steps.flatMap((step) => {
    const added: DraftStep[] = [];
    for (const group of groupsOf(step)) {
      if (!isHalf(group, single)) continue;
      for (const tensor of group.read) {
        if (!single.has(tensor.buffer)) continue;
        let cast = casts.get(tensor.buffer);
        if (cast === undefined) {
          cast = makeCast(tensor);
          casts.set(tensor.buffer, cast);
          added.push(cast.step);
        }
        step.inputs = step.inputs.map((input) => (input === tensor ? halfOf(cast, tensor) : input));
      }
    }
    return [...added, step];
  });
  halve(result, single);
  return result;
}

/** Floats in the arena that have one type in a step: what it reads, and what it writes. */
interface Group {
  readonly read: DraftTensor[];
  written: DraftTensor | null;
}

const isFloat = (tensor: DraftTensor): boolean => tensor.dtype === "f32";
const isConstant = (tensor: DraftTensor): boolean => tensor.buffer.data !== null;

function groupsOf({ kind, inputs, outputs }: DraftStep): Group[] {
  const groups = new Map<string, Group>();
  [...inputs, ...outputs].forEach((tensor, i) => {
    const digit = HALF_OPERANDS[kind][i] as string;
    if (tensor === null || digit === "." || !isFloat(tensor) || isConstant(tensor)) return;
    const group = groups.get(digit) ?? { read: [], written: null };
    groups.set(digit, group);
    if (i < inputs.length) group.read.push(tensor);
    else group.written = tensor;
  });
  return [...groups.values()];
}

/** Whether it is f16, given what stays f32: as its result is; without one, as soon as any of it is. */
const isHalf = ({ read, written }: Group, single: ReadonlySet<DraftBuffer>): boolean =>
  (written === null ? read : [written]).some(({ buffer }) => !single.has(buffer));

/** The steps that write to each buffer. */
function writersOf(steps: readonly DraftStep[]): Map<DraftBuffer, DraftStep[]> {
  const writers = new Map<DraftBuffer, DraftStep[]>();
  for (const step of steps) {
    for (const tensor of step.outputs) {
      if (tensor !== null) writers.set(tensor.buffer, [...(writers.get(tensor.buffer) ?? []), step]);
    }
  }
  return writers;
}

/** The buffers of floats that stay f32: a fixpoint, to which each round only adds. */
function singleBuffers(
  steps: readonly DraftStep[],
  writers: ReadonlyMap<DraftBuffer, readonly DraftStep[]>,
): Set<DraftBuffer> {
  const single = new Set<DraftBuffer>();
  for (const step of steps) keepSeeds(step, single);
  const groups = steps.flatMap(groupsOf);
  for (let size = -1; size !== single.size; ) {
    size = single.size;
    for (const { read, written } of groups.toReversed()) {
      if (written !== null && single.has(written.buffer)) for (const { buffer } of read) single.add(buffer);
    }
    for (const { read, written } of groups) {
      if (read.length === 0) continue;
      const f32 = read.filter(({ buffer }) => single.has(buffer));
      const castable = f32.every(({ buffer }) => canCast(buffer, writers));
      if (written === null) {
        if (!castable) for (const { buffer } of read) single.add(buffer);
      } else {
        const alone = f32.length === read.length && writers.get(written.buffer)?.length === 1;
        if (alone || !castable) single.add(written.buffer);
      }
    }
  }
  return single;
}

function keepSeeds(step: DraftStep, single: Set<DraftBuffer>): void {
  const rule = HALF_OPERANDS[step.kind];
  const operands = [...step.inputs, ...step.outputs];
  const exact = !mayBeHalf(step);
  operands.forEach((tensor, i) => {
    if (tensor === null || !isFloat(tensor) || isConstant(tensor)) return;
    const digit = rule[i] as string;
    const besideConstant =
      !BESIDE_CONSTANTS.has(step.kind) &&
      operands.some((other, j) => other !== null && rule[j] === digit && isFloat(other) && isConstant(other));
    const { buffer } = tensor;
    if (exact || digit === "." || besideConstant || buffer.isInput || buffer.isOutput) single.add(buffer);
  });
}

/** Whether its floats may be f16 as far as the values are concerned. */
function mayBeHalf(step: DraftStep): boolean {
  const { kind, inputs } = step;
  if (kind === "unary") return HALF_UNARY.has(UNARY_OPS[step.fields().op as number]!);
  if (kind === "reduce") return HALF_REDUCE.has(REDUCE_OPS[step.fields().op as number]!);
  if (kind === "pool") return POOL_MODES[step.fields().mode as number] !== "lp";
  if (kind !== "binary") return kind !== "cast";
  const op = BINARY_OPS[step.fields().op as number]!;
  return HALF_BINARY.has(op) || (op === "div" && isConstant(inputs[1] as DraftTensor));
}

/** All of it is there when a step reads any of it: the caller wrote it, or one step all of it. */
function canCast(buffer: DraftBuffer, writers: ReadonlyMap<DraftBuffer, readonly DraftStep[]>): boolean {
  const [writer, ...others] = writers.get(buffer) ?? [];
  if (writer === undefined) return buffer.isInput;
  const fills = (tensor: DraftTensor | null): boolean =>
    tensor?.buffer === buffer && isDense(tensor) && tensorBytes(tensor) === buffer.bytes;
  return others.length === 0 && writer.outputs.some(fills);
}

/** A buffer's contents in f16, element for element: strides stay what they are. */
interface Cast {
  readonly step: DraftStep;
  readonly buffer: DraftBuffer;
  readonly tensors: Map<DraftTensor, DraftTensor>;
}

function makeCast({ name, buffer }: DraftTensor): Cast {
  const count = buffer.bytes / elementBytes("f32");
  const dims = [count];
  const from = newTensor({ name, dtype: "f32", layout: "plain", dims, buffer });
  const half = newBuffer(count * elementBytes("f16"));
  const to = newTensor({ name: `${name}:f16`, dtype: "f16", layout: "plain", dims, buffer: half });
  const fields = () => ({ count });
  const step: DraftStep = { kind: "cast", name: to.name, inputs: [from], outputs: [to], dense: true, fields };
  return { step, buffer: half, tensors: new Map() };
}

function halfOf({ buffer, tensors }: Cast, tensor: DraftTensor): DraftTensor {
  let half = tensors.get(tensor);
  if (half === undefined) {
    const { layout, dims, pixelStride } = tensor;
    const offset = tensor.offset / 2;
    half = newTensor({ name: `${tensor.name}:f16`, dtype: "f16", layout, dims, buffer, offset, pixelStride });
    tensors.set(tensor, half);
  }
  return half;
}

/** All other floats. */
function halve(steps: readonly DraftStep[], single: ReadonlySet<DraftBuffer>): void {
  const done = new Set<DraftBuffer>();
  for (const tensor of steps.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])) {
    if (tensor === null || !isFloat(tensor) || isConstant(tensor)) continue;
    const { buffer } = tensor;
    if (single.has(buffer) || done.has(buffer)) continue;
    done.add(buffer);
    buffer.bytes /= 2;
    for (const each of buffer.tensors) {
      each.dtype = "f16";
      each.offset /= 2;
    }
  }
}
