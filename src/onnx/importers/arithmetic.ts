/** Functions of two or more tensors, element by element with broadcasting; comparisons, logic, Where. */
import { type BinaryOp, type DType, elementCount, isConstant, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import { ALL_TYPES, type Operator, type OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";

const LEGACY = ["axis", "broadcast", "consumed_inputs"];
const NUMBERS: readonly DType[] = ["f32", "i32", "i64"];

/**
 * The operands, the second one in a form to which NumPy broadcasting applies. Before opset 7 broadcasting was asked
 * for by an attribute, with the second operand's dims at `axis` of the first (default: at its end).
 */
function operands(c: NodeContext): [Value, Value] {
  const a = c.input(0);
  const b = c.input(1);
  if (c.opset >= 7) return [a, b];
  if (c.int("broadcast", 0) === 0) {
    if (a.dims.length !== b.dims.length || a.dims.some((d, i) => d !== b.dims[i])) {
      c.mismatch(`[${a.dims}] and [${b.dims}] must be equal, since the attribute "broadcast" is not set.`);
    }
    return [a, b];
  }
  const axis = c.int("axis", null);
  if (axis === null || elementCount(b.dims) === 1) return [a, b];
  const trailing = a.dims.length - c.axis(axis, a.dims.length) - b.dims.length;
  if (trailing < 0) c.mismatch(`[${b.dims}] does not fit into [${a.dims}] at axis ${axis}.`);
  return [a, trailing === 0 ? b : c.reshape(b, [...b.dims, ...new Array<number>(trailing).fill(1)])];
}

const binary = (op: BinaryOp): Operator => ({
  inputs: 2,
  attributes: LEGACY,
  types: NUMBERS,
  import: (c) => c.emit("binary", { inputs: operands(c), op }),
});

const comparison = (op: BinaryOp): Operator => ({ ...binary(op), result: "bool" });
const logic = (op: BinaryOp): Operator => ({ ...binary(op), types: ["bool"] });

/** bool has no comparison kernel: a == b is not (a xor b). */
const EQUAL: Operator = {
  ...comparison("equal"),
  types: [...NUMBERS, "bool"],
  import: (c) => {
    const inputs = operands(c);
    if (inputs[0].dtype !== "bool") return c.emit("binary", { inputs, op: "equal" });
    return c.emit("unary", { inputs: [c.add("binary", { inputs, op: "xor" })], op: "not" });
  },
};

/** A chain of `op` over any number of inputs; before opset 8 they have equal dims, which broadcasting covers. */
const variadic = (op: BinaryOp, of: readonly DType[], mean = false): Operator => ({
  inputs: Number.POSITIVE_INFINITY,
  attributes: ["consumed_inputs"],
  types: of,
  import: (c) => {
    const [first, ...rest] = c.all();
    if (first === undefined) return c.mismatch("it needs at least one input.");
    const last = rest.pop();
    if (last === undefined) return [first];
    const partial = rest.reduce((sum, x) => c.add("binary", { inputs: [sum, x], op }), first);
    if (!mean) return c.emit("binary", { inputs: [partial, last], op });
    const sum = c.add("binary", { inputs: [partial, last], op });
    return c.emit("binary", { inputs: [sum, c.scalar(c.inputCount)], op: "div" });
  },
});

/** The exponent may be of another type than the base. x^2 is imported as x * x, which is exact. */
function importPow(c: NodeContext) {
  const [x, exponent] = operands(c);
  const single =
    isConstant(exponent) && elementCount(exponent.dims) === 1 && exponent.dims.length <= x.dims.length;
  if (single && Number(exponent.constant![0]) === 2) return c.emit("binary", { inputs: [x, x], op: "mul" });
  if (x.dtype !== "f32" && !(isConstant(x) && isConstant(exponent))) unsupported(`a power of ${x.dtype}`);
  const y = exponent.dtype === x.dtype ? exponent : c.add("cast", { inputs: [exponent], dtype: x.dtype });
  return c.emit("binary", { inputs: [x, y], op: "pow" });
}

/** fmod = 0 is Python's %, for integers only; fmod = 1 is C's fmod. */
function importMod(c: NodeContext) {
  const fmod = c.int("fmod", 0) === 1;
  const [a, b] = operands(c);
  if (fmod !== (a.dtype === "f32")) unsupported(`fmod ${Number(fmod)} of ${a.dtype}`);
  return c.emit("binary", { inputs: [a, b], op: "mod" });
}

export const ARITHMETIC: OperatorTable = {
  Add: binary("add"),
  And: logic("and"),
  Div: binary("div"),
  Equal: EQUAL,
  Greater: comparison("greater"),
  GreaterOrEqual: comparison("greaterOrEqual"),
  Less: comparison("less"),
  LessOrEqual: comparison("lessOrEqual"),
  Max: variadic("max", NUMBERS),
  Mean: variadic("add", ["f32"], true),
  Min: variadic("min", NUMBERS),
  Mod: { inputs: 2, attributes: ["fmod"], types: NUMBERS, import: importMod },
  Mul: binary("mul"),
  Or: logic("or"),
  Pow: { ...binary("pow"), import: importPow },
  Sub: binary("sub"),
  Sum: variadic("add", ["f32"]),
  Where: {
    inputs: 3,
    types: ALL_TYPES,
    result: (_node, types) => [types[1] ?? null],
    import: (c) => c.emit("where", { inputs: [c.input(0), c.input(1), c.input(2)] }),
  },
  Xor: logic("xor"),
};
