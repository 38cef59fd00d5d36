/** unary, scaleShift, binary, where, copy, fill, cast. */
import type { BinaryOp } from "../../../src/graph/graph.ts";
import { BINARY_OPS, UNARY_OPS } from "../../../src/plan/steps.ts";
import type { Executors } from "../execute.ts";
import type { Operand } from "../machine.ts";
import { activate, expectDense, walk } from "./common.ts";
import { BINARY, unary } from "./functions.ts";

/** Division truncates, mod takes the sign of b; both give 0 where b is 0. */
function integer(op: number, a: number, b: number): number {
  const name = BINARY_OPS[op] as BinaryOp;
  if (b === 0 && (name === "div" || name === "mod")) return 0;
  if (name === "mod") return a - b * Math.floor(a / b);
  return Math.trunc(BINARY[name](a, b));
}

export const binarySteps: Pick<
  Executors,
  "unary" | "scaleShift" | "binary" | "where" | "copy" | "fill" | "cast"
> = {
  unary(f, [x], [y]) {
    const apply = unary(UNARY_OPS[f.op]!, f.alpha, f.beta);
    for (let r = 0; r < f.rows; r++)
      for (let c = 0; c < f.cols; c++) y!.set(r * f.yStride + c, apply(x!.get(r * f.xStride + c)));
  },
  scaleShift(f, [x, scale, shift], [y]) {
    const act = activate(f);
    for (let r = 0; r < f.rows; r++)
      for (let c = 0; c < f.cols; c++)
        y!.set(r * f.yStride + c, act(x!.get(r * f.xStride + c) * scale!.get(c) + shift!.get(c)));
  },
  binary(f, [a, b], [y]) {
    const apply = BINARY[BINARY_OPS[f.op]!];
    const act = activate(f);
    const compares = f.op >= BINARY_OPS.indexOf("equal") && f.op <= BINARY_OPS.indexOf("greaterOrEqual");
    const logic = ["and", "or", "xor"].includes(BINARY_OPS[f.op]!);
    // An f32 operand beside an f16 one has to be a constant: precision.test.ts looks.
    const numbers = ({ dtype }: Operand): string => (dtype === "f16" ? "f32" : dtype);
    const result = compares || logic ? "u8" : numbers(a!);
    const operand = logic ? a!.dtype === "u8" : compares || a!.dtype !== "u8";
    if (numbers(a!) !== numbers(b!) || numbers(y!) !== result || !operand)
      throw new Error(`binary ${f.op} of ${a!.dtype}`);
    const integers = y!.dtype === "i32";
    walk(f.dims, [f.aStride, f.bStride, f.yStride], ([i, j, k]) => {
      const v = integers ? integer(f.op, a!.get(i!), b!.get(j!)) : apply(a!.get(i!), b!.get(j!));
      y!.set(k!, act(v));
    });
  },
  where(f, [condition, a, b], [y]) {
    expectDense(y!);
    if (condition!.dtype !== "u8" || a!.dtype !== b!.dtype || a!.dtype !== y!.dtype)
      throw new Error("where types");
    let at = 0;
    walk(f.dims, [f.conditionStride, f.aStride, f.bStride], ([c, i, j]) => {
      y!.set(at++, condition!.get(c!) !== 0 ? a!.get(i!) : b!.get(j!));
    });
    if (at !== y!.extent) throw new Error("where does not fill its output");
  },
  copy(f, [x], [y]) {
    if (x!.dtype !== y!.dtype) throw new Error("copy types");
    walk(f.dims, [f.xStride, f.yStride], ([i, j]) => y!.set(f.yOffset + j!, x!.get(f.xOffset + i!)));
  },
  fill(f, _, [y]) {
    expectDense(y!);
    for (let i = 0; i < y!.extent; i++) y!.set(i, f.value);
  },
  cast(f, [x], [y]) {
    expectDense(x!);
    expectDense(y!);
    if (x!.dtype === y!.dtype || f.count !== y!.extent) throw new Error("cast");
    for (let i = 0; i < f.count; i++) {
      const v = x!.get(i);
      y!.set(i, y!.dtype === "u8" ? Number(v !== 0) : y!.dtype === "i32" ? Math.trunc(v) : v);
    }
  },
};
