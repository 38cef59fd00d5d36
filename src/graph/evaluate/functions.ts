/** The unary functions in double precision. */
import type { UnaryOp } from "../graph.ts";

/** alpha and beta as in ONNX (clip: minimum and maximum; selu: beta is gamma; hardSigmoid: slope and offset). */
export function unaryFunction(op: UnaryOp, alpha: number, beta: number): (x: number) => number {
  switch (op) {
    case "relu":
      return (x) => Math.max(x, 0);
    case "clip":
      return (x) => Math.min(Math.max(x, alpha), beta);
    case "leakyRelu":
      return (x) => (x >= 0 ? x : alpha * x);
    case "sigmoid":
      return sigmoid;
    case "silu":
      return (x) => x * sigmoid(x);
    case "hardSigmoid":
      return (x) => Math.min(Math.max(alpha * x + beta, 0), 1);
    case "hardSwish":
      return (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
    case "neg":
      return (x) => -x;
    case "reciprocal":
      return (x) => 1 / x;
    case "round":
      return roundHalfToEven;
    case "erf":
      return erf;
    case "gelu":
      return (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
    case "geluTanh":
      return (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "softplus":
      return softplus;
    case "softsign":
      return (x) => x / (1 + Math.abs(x));
    case "elu":
      return (x) => (x >= 0 ? x : alpha * Math.expm1(x));
    case "selu":
      return (x) => beta * (x > 0 ? x : alpha * Math.expm1(x));
    case "celu":
      return (x) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha));
    case "mish":
      return (x) => x * Math.tanh(softplus(x));
    case "thresholdedRelu":
      return (x) => (x > alpha ? x : 0);
    case "not":
      return (x) => Number(x === 0);
    case "isNan":
      return (x) => Number(Number.isNaN(x));
    default:
      return Math[op];
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 .. (2n+1)) (Abramowitz & Stegun 7.1.6): all terms have
 * one sign, so nothing cancels. 1 - erf(6) < 3e-17, so beyond 6 the answer is +-1.
 */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
