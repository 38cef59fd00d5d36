/** Reductions, ArgMax and ArgMin, TopK. */
import { isConstant, type ReduceOp, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { Operator, OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";

/** Of these, reducing over no axes is the identity. */
const IDENTITY_WITHOUT_AXES = new Set<ReduceOp>(["sum", "mean", "max", "min", "prod"]);

/** Axes are an attribute, or the second input from opset 13 (ReduceSum) or 18 (the others) on. */
const reduction = (op: ReduceOp, axesInputSince = 18): Operator => ({
  inputs: 2,
  known: [1],
  types: op === "max" || op === "min" ? ["f32", "bool"] : ["f32"],
  attributes: ["axes", "keepdims", "noop_with_empty_axes"],
  import: (c) => {
    const x = c.input(0);
    const given = (c.opset >= axesInputSince ? c.known(1) : c.ints("axes", null)) ?? [];
    if (given.length === 0 && c.int("noop_with_empty_axes", 0) === 1) {
      if (!IDENTITY_WITHOUT_AXES.has(op))
        unsupported("noop_with_empty_axes, which opsets define differently");
      return [x];
    }
    const axes = given.length > 0 ? c.axes(given, x.dims.length) : x.dims.map((_, axis) => axis);
    const spec = { op, axes, keepDims: c.int("keepdims", 1) === 1 };
    if (x.dtype !== "bool") return c.emit("reduce", { inputs: [x], ...spec });
    // The largest of bools is their OR: through float, which holds 0 and 1 exactly.
    const numbers = c.add("cast", { inputs: [x], dtype: "f32" });
    return c.emit("cast", { inputs: [c.add("reduce", { inputs: [numbers], ...spec })], dtype: "bool" });
  },
});

const argReduction = (op: "max" | "min"): Operator => ({
  inputs: 1,
  attributes: ["axis", "keepdims", "select_last_index"],
  result: "int64",
  import: (c) => {
    const x = c.input(0);
    return c.emit("argReduce", {
      inputs: [x],
      op,
      axis: c.axis(c.int("axis", 0), x.dims.length),
      keepDims: c.int("keepdims", 1) === 1,
      selectLast: c.int("select_last_index", 0) === 1,
    });
  },
});

/** Integers up to this size are exact in float32. */
const EXACT = 2 ** 24;

function importTopK(c: NodeContext): Value[] {
  const x = c.input(0);
  const axis = c.axis(c.int("axis", -1), x.dims.length);
  const k = c.opset < 10 ? c.int("k", null) : c.knownScalar(1);
  if (k === null || k < 0 || k > x.dims[axis]!)
    return c.mismatch(`k = ${k} does not fit axis ${axis} of [${x.dims}].`);
  const spec = { axis, k, largest: c.int("largest", 1) === 1, sorted: c.int("sorted", 1) === 1 };
  if (x.dtype === "f32") return c.emit("topK", { inputs: [x], ...spec });
  // Known integers are ranked as floats where those are exact.
  if (!isConstant(x)) unsupported(`ranking of ${x.dtype} at run time`);
  if (!Array.from(x.constant as ArrayLike<number | bigint>, Number).every((v) => Math.abs(v) <= EXACT)) {
    unsupported("integers beyond 2^24");
  }
  const numbers = c.add("cast", { inputs: [x], dtype: "f32" });
  const [values, indices] = c.addAll("topK", { inputs: [numbers], ...spec });
  return [...c.emit("cast", { inputs: [values!], dtype: x.dtype }), indices!];
}

export const REDUCTIONS: OperatorTable = {
  ArgMax: argReduction("max"),
  ArgMin: argReduction("min"),
  ReduceL1: reduction("l1"),
  ReduceL2: reduction("l2"),
  ReduceLogSum: reduction("logSum"),
  ReduceLogSumExp: reduction("logSumExp"),
  ReduceMax: reduction("max"),
  ReduceMean: reduction("mean"),
  ReduceMin: reduction("min"),
  ReduceProd: reduction("prod"),
  ReduceSum: reduction("sum", 13),
  ReduceSumSquare: reduction("sumSquare"),
  TopK: {
    inputs: 2,
    known: [1],
    attributes: ["axis", "k", "largest", "sorted"],
    result: (_node, types) => [types[0] ?? null, "int64"],
    import: importTopK,
  },
};
