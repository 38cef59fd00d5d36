/** Element-wise operators by their definitions. */
import type { Activation, BinaryNode, BinaryOp, DType, UnaryOp } from "../../src/graph/graph.ts";
import { at, atBroadcast, broadcast, type Tensor, tabulate } from "./tensor.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** erf by its Taylor series below 2, by the continued fraction of erfc from there on (error below 1e-13). */
function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (Number.isNaN(x)) return x;
  if (x < 2) {
    let power = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      power *= (-x * x) / n;
      sum += power / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

function roundToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1;
  return down % 2 === 0 ? down : down + 1;
}

type UnaryFunction = (x: number, alpha: number, beta: number) => number;
const UNARY: Record<UnaryOp, UnaryFunction> = {
  relu: (x) => Math.max(x, 0),
  clip: (x, low, high) => Math.min(Math.max(x, low), high),
  leakyRelu: (x, alpha) => (x < 0 ? alpha * x : x),
  sigmoid: (x) => sigmoid(x),
  tanh: (x) => Math.tanh(x),
  silu: (x) => x * sigmoid(x),
  hardSigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
  hardSwish: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  abs: (x) => Math.abs(x),
  neg: (x) => -x,
  exp: (x) => Math.exp(x),
  log: (x) => Math.log(x),
  sqrt: (x) => Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  round: roundToEven,
  sign: (x) => Math.sign(x),
  erf: (x) => erf(x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  softplus: (x) => softplus(x),
  softsign: (x) => x / (1 + Math.abs(x)),
  elu: (x, alpha) => (x < 0 ? alpha * (Math.exp(x) - 1) : x),
  selu: (x, alpha, gamma) => (x > 0 ? gamma * x : gamma * (alpha * Math.exp(x) - alpha)),
  celu: (x, alpha) => Math.max(0, x) + Math.min(0, alpha * (Math.exp(x / alpha) - 1)),
  mish: (x) => x * Math.tanh(softplus(x)),
  thresholdedRelu: (x, alpha) => (x > alpha ? x : 0),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  tan: (x) => Math.tan(x),
  asin: (x) => Math.asin(x),
  acos: (x) => Math.acos(x),
  atan: (x) => Math.atan(x),
  sinh: (x) => Math.sinh(x),
  cosh: (x) => Math.cosh(x),
  asinh: (x) => Math.asinh(x),
  acosh: (x) => Math.acosh(x),
  atanh: (x) => Math.atanh(x),
  not: (x) => (x === 0 ? 1 : 0),
  isNan: (x) => (Number.isNaN(x) ? 1 : 0),
};

export function unary(x: Tensor, op: UnaryOp, alpha: number, beta: number): Tensor {
  const dtype = op === "isNan" ? "bool" : x.dtype;
  return { dtype, dims: x.dims, data: x.data.map((v) => UNARY[op](v, alpha, beta)) };
}

export function activate(x: Tensor, activation: Activation | null): Tensor {
  return activation === null ? x : unary(x, activation.op, activation.alpha, activation.beta);
}

const truth = (value: boolean): number => (value ? 1 : 0);
const FLOAT_BINARY: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: (a, b) => a ** b,
  prelu: (a, b) => (a < 0 ? a * b : a),
  equal: (a, b) => truth(a === b),
  less: (a, b) => truth(a < b),
  lessOrEqual: (a, b) => truth(a <= b),
  greater: (a, b) => truth(a > b),
  greaterOrEqual: (a, b) => truth(a >= b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  xor: (a, b) => truth((a !== 0) !== (b !== 0)),
  mod: (a, b) => a % b, // C's fmod
};
const INTEGER_BINARY: Partial<typeof FLOAT_BINARY> = {
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  mod: (a, b) => (b === 0 ? 0 : ((a % b) + b) % b), // the divisor's sign
};

export function binary(node: BinaryNode, a: Tensor, b: Tensor): Tensor {
  const apply = (a.dtype === "f32" ? undefined : INTEGER_BINARY[node.op]) ?? FLOAT_BINARY[node.op];
  const gives = node.outputs[0]!.dtype;
  const y = tabulate(gives, broadcast(a.dims, b.dims), (i) => apply(atBroadcast(a, i), atBroadcast(b, i)));
  return activate(y, node.activation);
}

export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return tabulate(a.dtype, broadcast(condition.dims, a.dims, b.dims), (i) =>
    atBroadcast(atBroadcast(condition, i) !== 0 ? a : b, i),
  );
}

export function scaleShift(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  activation: Activation | null = null,
): Tensor {
  const y = tabulate("f32", x.dims, (i) => at(x, i) * scale.data[i[1]!]! + shift.data[i[1]!]!);
  return activate(y, activation);
}

/** Truncation toward zero, saturating; bool: not zero. */
export function cast(x: Tensor, dtype: DType): Tensor {
  const limits = { i32: [-(2 ** 31), 2 ** 31 - 1], i64: [-(2 ** 63), 2 ** 63], u8: [0, 255] };
  const convert = (v: number): number => {
    if (dtype === "f32") return v;
    if (dtype === "bool") return truth(v !== 0);
    const [low, high] = limits[dtype] as [number, number];
    return Number.isNaN(v) ? 0 : Math.min(Math.max(Math.trunc(v), low), high);
  };
  return { dtype, dims: x.dims, data: x.data.map(convert) };
}
