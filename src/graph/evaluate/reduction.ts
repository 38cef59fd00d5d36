/** Constant evaluation of reduce and argReduce, in double. */
import { elementCount, type ReduceOp, type TensorData } from "../graph.ts";
import type { OutputType } from "../shapes/check.ts";
import type { NodeSpec } from "../spec.ts";
import { type ConstantValue, forEachElement, readNumbers, storeNumbers, stridesOf } from "./storage.ts";

/** Visits the elements of x with the position of the result they belong to. */
function forEachGroup(
  dims: readonly number[],
  axes: readonly number[],
  visit: (position: number, group: number) => void,
): void {
  const strides = stridesOf(dims.map((d, i) => (axes.includes(i) ? 1 : d)));
  const groupStrides = strides.map((stride, i) => (axes.includes(i) ? 0 : stride));
  forEachElement(dims, [groupStrides], (position, [group]) => visit(position, group!));
}

export function evaluateReduce(spec: NodeSpec<"reduce">, [output]: OutputType[]): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const numbers = readNumbers(x);
  const count = elementCount(spec.axes.map((axis) => x.dims[axis]!));
  const result = new Float64Array(elementCount(output!.dims)).fill(START[spec.op] ?? 0);
  // log(sum exp(v)) = m + log(sum exp(v - m)) with the group's maximum m: no overflow.
  const peak = new Float64Array(result.length).fill(Number.NEGATIVE_INFINITY);
  if (spec.op === "logSumExp") {
    forEachGroup(x.dims, spec.axes, (p, g) => {
      peak[g] = Math.max(peak[g]!, numbers[p]!);
    });
    peak.forEach((m, g) => {
      if (!Number.isFinite(m)) peak[g] = 0;
    });
  }
  forEachGroup(x.dims, spec.axes, (p, g) => {
    result[g] = accumulate(spec.op, result[g]!, numbers[p]!, peak[g]!);
  });
  const finished = result.map((sum, g) => {
    if (spec.op === "mean") return sum / count;
    if (spec.op === "l2") return Math.sqrt(sum);
    if (spec.op === "logSum") return Math.log(sum);
    return spec.op === "logSumExp" ? peak[g]! + Math.log(sum) : sum;
  });
  return storeNumbers(output!.dtype, finished);
}

const START: Partial<Record<ReduceOp, number>> = {
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  prod: 1,
};

function accumulate(op: ReduceOp, sum: number, value: number, peak: number): number {
  switch (op) {
    case "max":
      return Math.max(sum, value);
    case "min":
      return Math.min(sum, value);
    case "prod":
      return sum * value;
    case "sumSquare":
    case "l2":
      return sum + value * value;
    case "l1":
      return sum + Math.abs(value);
    case "logSumExp":
      return sum + Math.exp(value - peak);
    default:
      return sum + value;
  }
}

export function evaluateArgReduce(spec: NodeSpec<"argReduce">, [output]: OutputType[]): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const numbers = readNumbers(x);
  const sign = spec.op === "max" ? 1 : -1;
  const inner = elementCount(x.dims.slice(spec.axis + 1));
  const size = x.dims[spec.axis]!;
  const best = new Float64Array(elementCount(output!.dims)).fill(Number.NEGATIVE_INFINITY);
  const at = new Float64Array(best.length);
  forEachGroup(x.dims, [spec.axis], (p, g) => {
    const value = sign * numbers[p]!;
    if (value > best[g]! || (spec.selectLast && value === best[g]!)) {
      best[g] = value;
      at[g] = Math.floor(p / inner) % size;
    }
  });
  return storeNumbers("i64", at);
}
