/** Which element types the core computes with at run time: everything else must be known when the plan is made. */
import { isConstant, type Value } from "../../graph/graph.ts";
import type { NodeSpec } from "../../graph/spec.ts";

const COMPARISONS = new Set(["equal", "less", "lessOrEqual", "greater", "greaterOrEqual"]);
const LOGIC = new Set(["and", "or", "xor"]);
/** Integers are 32 bits wide and wrap; a division by zero gives 0. */
const WHOLE_ARITHMETIC = new Set(["add", "sub", "mul", "div", "mod", "min", "max"]);

/** Null if the core can run this node, otherwise why not. */
export function runTimeProblem(spec: NodeSpec, outputs: readonly Value[]): string | null {
  if (outputs.every((output) => isConstant(output))) return null;
  switch (spec.kind) {
    case "concat":
    case "slice":
    case "transpose":
    case "reshape":
    case "expand":
    case "pad":
    case "gather":
    case "where":
      return null;
    case "cast":
      // The core's 8-bit type is bool: a cast to it gives 0 or 1.
      return spec.dtype === "u8" && spec.inputs[0].dtype !== "bool" ? "a cast to uint8 at run time" : null;
    case "roiAlign":
    case "classAwareNms":
      return null; // batch indices and classes are integers; the shape rules check the rest
    case "binary": {
      const { dtype } = spec.inputs[0];
      if (LOGIC.has(spec.op) && dtype === "bool") return null;
      const isWhole = dtype === "i32" || dtype === "i64";
      if (isWhole && (COMPARISONS.has(spec.op) || WHOLE_ARITHMETIC.has(spec.op))) return null;
      return onlyFloat(spec.inputs);
    }
    case "unary":
      return spec.op === "not" ? null : onlyFloat(spec.inputs);
    default:
      return onlyFloat(spec.inputs);
  }
}

function onlyFloat(inputs: readonly (Value | null)[]): string | null {
  const other = inputs.find((value) => value !== null && value.dtype !== "f32");
  return other == null ? null : `arithmetic of ${other.dtype} at run time`;
}
