/** Functions of one element. */
import { elementCount, isConstant, type UnaryOp } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { Operator, OperatorTable } from "./operator.ts";

/** `consumed_inputs` is a hint of opset 1 about memory reuse, without effect on the result. */
const LEGACY = "consumed_inputs";

const unary = (op: UnaryOp): Operator => ({
  inputs: 1,
  attributes: [LEGACY],
  import: (c) => c.emit("unary", { inputs: [c.input(0)], op }),
});

/** With attributes alpha and beta (or what ONNX calls them here) and their defaults. */
const parametric = (op: UnaryOp, alpha: [string, number], beta?: [string, number]): Operator => ({
  inputs: 1,
  attributes: [LEGACY, alpha[0], ...(beta ? [beta[0]] : [])],
  import: (c) =>
    c.emit("unary", {
      inputs: [c.input(0)],
      op,
      alpha: c.float(...alpha),
      beta: beta ? c.float(...beta) : 0,
    }),
});

/** numeric_limits<float>::max(), ONNX's default bound. */
const FLOAT_MAX = 3.4028234663852886e38;

function importClip(c: NodeContext) {
  const x = c.input(0);
  if (c.opset < 11) {
    const alpha = c.float("min", -FLOAT_MAX);
    return c.emit("unary", { inputs: [x], op: "clip", alpha, beta: c.float("max", FLOAT_MAX) });
  }
  const low = c.optional(1);
  const high = c.optional(2);
  for (const bound of [low, high]) {
    if (bound !== null && elementCount(bound.dims) !== 1) c.mismatch("its bounds must be single numbers.");
  }
  if (x.dtype === "f32" && [low, high].every((bound) => bound === null || isConstant(bound))) {
    const alpha = low === null ? -FLOAT_MAX : Number(low.constant![0]);
    const beta = high === null ? FLOAT_MAX : Number(high.constant![0]);
    return c.emit("unary", { inputs: [x], op: "clip", alpha, beta });
  }
  const raised = low === null ? x : c.add("binary", { inputs: [x, c.reshape(low, [])], op: "max" });
  return high === null ? [raised] : c.emit("binary", { inputs: [raised, c.reshape(high, [])], op: "min" });
}

function importGelu(c: NodeContext) {
  const tanh = c.choice("approximate", ["none", "tanh"], "none") === "tanh";
  return c.emit("unary", { inputs: [c.input(0)], op: tanh ? "geluTanh" : "gelu" });
}

/** x * sigmoid(alpha * x) */
function importSwish(c: NodeContext) {
  const x = c.input(0);
  const alpha = c.float("alpha", 1);
  if (alpha === 1) return c.emit("unary", { inputs: [x], op: "silu" });
  const scaled = c.add("binary", { inputs: [x, c.scalar(alpha)], op: "mul" });
  const gate = c.add("unary", { inputs: [scaled], op: "sigmoid" });
  return c.emit("binary", { inputs: [x, gate], op: "mul" });
}

/** Opset 1 gives Selu other digits; 6 and later these, rounded to float32. */
const SELU: Operator = {
  ...parametric(
    "selu",
    ["alpha", Math.fround(1.6732631921768188)],
    ["gamma", Math.fround(1.0507010221481323)],
  ),
  since: 6,
};

/** slope: NumPy broadcast to x; before opset 7 one slope, or one per channel. */
function importPRelu(c: NodeContext) {
  const x = c.input(0);
  let slope = c.input(1);
  if (c.opset < 7 && slope.dims.length === 1 && slope.dims[0] !== 1 && x.dims.length > 2) {
    slope = c.reshape(slope, [slope.dims[0]!, ...x.dims.slice(2).fill(1)]);
  }
  return c.emit("binary", { inputs: [x, slope], op: "prelu" });
}

export const ACTIVATIONS: OperatorTable = {
  Abs: unary("abs"),
  Acos: unary("acos"),
  Acosh: unary("acosh"),
  Asin: unary("asin"),
  Asinh: unary("asinh"),
  Atan: unary("atan"),
  Atanh: unary("atanh"),
  Ceil: unary("ceil"),
  Celu: parametric("celu", ["alpha", 1]),
  Clip: { inputs: 3, attributes: [LEGACY, "min", "max"], import: importClip },
  Cos: unary("cos"),
  Cosh: unary("cosh"),
  Elu: parametric("elu", ["alpha", 1]),
  Erf: unary("erf"),
  Exp: unary("exp"),
  Floor: unary("floor"),
  Gelu: { inputs: 1, attributes: ["approximate"], import: importGelu },
  HardSigmoid: parametric("hardSigmoid", ["alpha", Math.fround(0.2)], ["beta", 0.5]),
  HardSwish: unary("hardSwish"),
  IsNaN: { ...unary("isNan"), result: "bool" },
  LeakyRelu: parametric("leakyRelu", ["alpha", Math.fround(0.01)]),
  Log: unary("log"),
  Mish: unary("mish"),
  Neg: unary("neg"),
  Not: { ...unary("not"), types: ["bool"] },
  PRelu: { inputs: 2, attributes: [LEGACY], import: importPRelu },
  Reciprocal: unary("reciprocal"),
  Relu: unary("relu"),
  Round: unary("round"),
  Selu: SELU,
  Sigmoid: unary("sigmoid"),
  Sign: unary("sign"),
  Sin: unary("sin"),
  Sinh: unary("sinh"),
  Softplus: unary("softplus"),
  Softsign: unary("softsign"),
  Sqrt: unary("sqrt"),
  Swish: { inputs: 1, attributes: ["alpha"], import: importSwish },
  Tan: unary("tan"),
  Tanh: unary("tanh"),
  ThresholdedRelu: parametric("thresholdedRelu", ["alpha", 1]),
};
