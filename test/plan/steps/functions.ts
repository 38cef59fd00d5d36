/** Scalar functions behind the op numbers of steps.ts. */
import type { BinaryOp, UnaryOp } from "../../../src/graph/graph.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** Maclaurin series; enough terms for |x| < 4, beyond which erf is 1 in float32. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

export function unary(op: UnaryOp, alpha: number, beta: number): (x: number) => number {
  const functions: Record<UnaryOp, (x: number) => number> = {
    relu: (x) => Math.max(x, 0),
    clip: (x) => clamp(x, alpha, beta),
    leakyRelu: (x) => (x >= 0 ? x : alpha * x),
    sigmoid,
    tanh: Math.tanh,
    silu: (x) => x * sigmoid(x),
    hardSigmoid: (x) => clamp(alpha * x + beta, 0, 1),
    hardSwish: (x) => x * clamp(x / 6 + 0.5, 0, 1),
    abs: Math.abs,
    neg: (x) => -x,
    exp: Math.exp,
    log: Math.log,
    sqrt: Math.sqrt,
    reciprocal: (x) => 1 / x,
    floor: Math.floor,
    ceil: Math.ceil,
    round: roundToEven,
    sign: Math.sign,
    erf,
    gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    softplus,
    softsign: (x) => x / (1 + Math.abs(x)),
    elu: (x) => (x >= 0 ? x : alpha * Math.expm1(x)),
    selu: (x) => beta * (x >= 0 ? x : alpha * Math.expm1(x)),
    celu: (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)),
    mish: (x) => x * Math.tanh(softplus(x)),
    thresholdedRelu: (x) => (x > alpha ? x : 0),
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    asin: Math.asin,
    acos: Math.acos,
    atan: Math.atan,
    sinh: Math.sinh,
    cosh: Math.cosh,
    asinh: Math.asinh,
    acosh: Math.acosh,
    atanh: Math.atanh,
    not: (x) => (x === 0 ? 1 : 0),
    isNan: (x) => (Number.isNaN(x) ? 1 : 0),
  };
  return functions[op];
}

export const BINARY: Record<BinaryOp, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  pow: (a, b) => a ** b,
  prelu: (a, b) => (a >= 0 ? a : a * b),
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  lessOrEqual: (a, b) => Number(a <= b),
  greater: (a, b) => Number(a > b),
  greaterOrEqual: (a, b) => Number(a >= b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  xor: (a, b) => Number((a !== 0) !== (b !== 0)),
  mod: (a, b) => a % b,
};
