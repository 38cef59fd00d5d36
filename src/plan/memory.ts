/**
 * Arena: which buffers may share memory, and where each lies.
 *
 * First, element-wise steps write over an operand that nobody reads afterwards. Then every buffer gets an offset
 * such that no two that live at the same time overlap: largest first, each into the tightest gap between those
 * already placed that live at the same time (greedy by size, Pisarchyk and Lee, arXiv:2001.03288).
 */
import type { DraftBuffer, DraftStep, DraftTensor } from "./draft.ts";
import type { StepKind } from "./steps.ts";

const ALIGNMENT = 64;

/** Inclusive step numbers; -1 is before the run, `steps.length` behind it. */
interface Lifetime {
  first: number;
  last: number;
}

/** Steps whose output may be an operand (steps.ts), and which of their operands. */
const OVERWRITABLE: Partial<Record<StepKind, readonly number[]>> = {
  unary: [0],
  scaleShift: [0],
  binary: [0, 1],
};

/**
 * Sets `offset` on every arena buffer, merging those that can be reused in place. `kept`: tensors of ports, which
 * have a place even when no step touches them. Gives the arena's size in bytes.
 */
export function planMemory(
  steps: readonly DraftStep[],
  kept: readonly DraftTensor[],
  reuse: boolean,
): number {
  if (reuse) overwriteDyingOperands(steps, kept);
  const lifetimes = arenaLifetimes(steps, kept);
  if (!reuse)
    for (const lifetime of lifetimes.values()) Object.assign(lifetime, { first: -1, last: steps.length });
  const bySize = [...lifetimes].sort(
    ([a, x], [b, y]) => b.bytes - a.bytes || x.first - y.first || x.last - y.last,
  );
  const placed: [DraftBuffer, Lifetime][] = [];
  let arena = 0;
  for (const [buffer, lifetime] of bySize) {
    buffer.offset = tightestGap(buffer.bytes, lifetime, placed);
    placed.push([buffer, lifetime]);
    arena = Math.max(arena, buffer.offset + roundUp(buffer.bytes));
  }
  return arena;
}

const roundUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function arenaLifetimes(
  steps: readonly DraftStep[],
  kept: readonly DraftTensor[],
): Map<DraftBuffer, Lifetime> {
  const lifetimes = new Map<DraftBuffer, Lifetime>();
  const touch = (tensor: DraftTensor | null, step: number): void => {
    if (tensor === null || tensor.buffer.data !== null) return;
    const { buffer } = tensor;
    const lifetime = lifetimes.get(buffer);
    if (lifetime === undefined) {
      lifetimes.set(buffer, {
        first: buffer.isInput ? -1 : step,
        last: buffer.isOutput ? steps.length : step,
      });
    } else {
      lifetime.last = Math.max(lifetime.last, step);
    }
  };
  steps.forEach((step, i) => {
    for (const tensor of [...step.inputs, ...step.outputs]) touch(tensor, i);
  });
  for (const tensor of kept) touch(tensor, tensor.buffer.isOutput ? steps.length : -1);
  return lifetimes;
}

function tightestGap(bytes: number, lifetime: Lifetime, placed: readonly [DraftBuffer, Lifetime][]): number {
  const neighbours = placed
    .filter(([, other]) => other.first <= lifetime.last && lifetime.first <= other.last)
    .map(([buffer]) => buffer)
    .sort((a, b) => a.offset - b.offset);
  let end = 0;
  let best = -1;
  let bestGap = Number.POSITIVE_INFINITY;
  for (const neighbour of neighbours) {
    const gap = neighbour.offset - end;
    if (gap >= roundUp(bytes) && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = Math.max(end, neighbour.offset + roundUp(neighbour.bytes));
  }
  return best >= 0 ? best : end;
}

function overwriteDyingOperands(steps: readonly DraftStep[], kept: readonly DraftTensor[]): void {
  const lifetimes = arenaLifetimes(steps, kept);
  steps.forEach((step, i) => {
    const candidates = OVERWRITABLE[step.kind] ?? [];
    const target = step.outputs[0];
    if (target === null || target === undefined) return;
    const born = lifetimes.get(target.buffer);
    for (const index of candidates) {
      const operand = step.inputs[index];
      const dying = operand ? lifetimes.get(operand.buffer) : undefined;
      if (!operand || !born || !dying || operand.buffer === target.buffer) continue;
      if (born.first !== i || dying.last !== i || !canOverwrite(step, operand, target)) continue;
      const from = target.buffer;
      const to = operand.buffer;
      for (const tensor of from.tensors) tensor.buffer = to;
      to.tensors.push(...from.tensors);
      to.isOutput ||= from.isOutput;
      lifetimes.delete(from);
      dying.last = born.last;
      return;
    }
  });
}

/** Both fill their buffers alike, and nothing else looks at the same memory in another order. */
function canOverwrite(step: DraftStep, operand: DraftTensor, target: DraftTensor): boolean {
  const fills = operand.offset === 0 && operand.buffer.bytes === target.buffer.bytes;
  return (
    fills &&
    sameGeometry(operand, target) &&
    step.inputs.every(
      (input, index) =>
        input?.buffer !== operand.buffer ||
        (sameGeometry(input, operand) && (step.kind !== "binary" || readsStraight(step, index))),
    )
  );
}

const sameGeometry = (a: DraftTensor, b: DraftTensor): boolean =>
  a.dtype === b.dtype &&
  a.layout === b.layout &&
  a.pixelStride === b.pixelStride &&
  a.offset === b.offset &&
  a.dims.length === b.dims.length &&
  a.dims.every((length, i) => length === b.dims[i]);

/** A binary operand is read element for element as the result is written: no broadcast, no transposed view. */
function readsStraight(step: DraftStep, index: number): boolean {
  const fields = step.fields();
  const strides = fields[index === 0 ? "aStride" : "bStride"] as readonly number[];
  return strides.every((stride, i) => stride === (fields.yStride as readonly number[])[i]);
}
