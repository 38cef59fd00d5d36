/** Constant evaluation of unary, binary, where and cast. Arithmetic in double, stored in the output's type. */
import type { BinaryOp, DType, TensorData } from "../graph.ts";
import type { OutputType } from "../shapes/check.ts";
import type { NodeSpec } from "../spec.ts";
import { unaryFunction } from "./functions.ts";
import {
  allocate,
  broadcastStrides,
  type ConstantValue,
  forEachElement,
  readNumbers,
  storeNumbers,
} from "./storage.ts";

export function evaluateUnary(spec: NodeSpec<"unary">, [output]: OutputType[]): TensorData {
  const numbers = readNumbers(spec.inputs[0] as ConstantValue);
  return storeNumbers(output!.dtype, numbers.map(unaryFunction(spec.op, spec.alpha, spec.beta)));
}

/** Returns null for an integer division by zero, which has no value to fold to. */
export function evaluateBinary(spec: NodeSpec<"binary">, [output]: OutputType[]): TensorData | null {
  const [left, right] = spec.inputs as ConstantValue[];
  const a = readNumbers(left!);
  const b = readNumbers(right!);
  const dividesByZero = left!.dtype !== "f32" && (spec.op === "div" || spec.op === "mod") && b.includes(0);
  if (dividesByZero || spec.activation !== null) return null;
  const combine = binaryFunction(spec.op, left!.dtype);
  const { dims, dtype } = output!;
  const result = new Float64Array(dims.reduce((x, y) => x * y, 1));
  const strides = [broadcastStrides(left!.dims, dims), broadcastStrides(right!.dims, dims)];
  forEachElement(dims, strides, (position, [i, j]) => {
    result[position] = combine(a[i!]!, b[j!]!);
  });
  return storeNumbers(dtype, result);
}

function binaryFunction(op: BinaryOp, dtype: DType): (a: number, b: number) => number {
  const whole = dtype !== "f32";
  switch (op) {
    case "add":
      return (a, b) => a + b;
    case "sub":
      return (a, b) => a - b;
    case "mul":
      return (a, b) => a * b;
    case "div": // C and ONNX: integer division truncates toward zero
      return whole ? (a, b) => Math.trunc(a / b) : (a, b) => a / b;
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    case "pow":
      return (a, b) => a ** b;
    case "prelu":
      return (a, b) => (a >= 0 ? a : a * b);
    case "equal":
      return (a, b) => Number(a === b);
    case "less":
      return (a, b) => Number(a < b);
    case "lessOrEqual":
      return (a, b) => Number(a <= b);
    case "greater":
      return (a, b) => Number(a > b);
    case "greaterOrEqual":
      return (a, b) => Number(a >= b);
    case "and":
      return (a, b) => a * b;
    case "or":
      return (a, b) => Math.max(a, b);
    case "xor":
      return (a, b) => Number(a !== b);
    case "mod": // integers take the divisor's sign (ONNX fmod = 0), floats the dividend's (C fmod)
      return whole ? (a, b) => a - b * Math.floor(a / b) : (a, b) => a % b;
  }
}

export function evaluateWhere(spec: NodeSpec<"where">, [output]: OutputType[]): TensorData {
  const [condition, a, b] = spec.inputs as ConstantValue[];
  const { dims, dtype } = output!;
  const result = allocate(
    dtype,
    dims.reduce((x, y) => x * y, 1),
  );
  const strides = spec.inputs.map((value) => broadcastStrides(value.dims, dims));
  forEachElement(dims, strides, (position, [c, i, j]) => {
    result[position] = condition!.constant[c!] ? a!.constant[i!]! : b!.constant[j!]!;
  });
  return result;
}

/** Truncates toward zero and saturates; bool is "not zero". */
export function evaluateCast(spec: NodeSpec<"cast">): TensorData {
  const x = spec.inputs[0] as ConstantValue;
  const numbers = readNumbers(x);
  if (spec.dtype === "i32") return Int32Array.from(numbers, (v) => saturate(v, -(2 ** 31), 2 ** 31 - 1));
  if (spec.dtype === "u8") return Uint8Array.from(numbers, (v) => saturate(v, 0, 255));
  return storeNumbers(spec.dtype, numbers);
}

const saturate = (value: number, low: number, high: number): number =>
  Math.min(Math.max(Math.trunc(value), low), high);
