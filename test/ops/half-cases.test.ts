/** That the operator cases hold half precision to account: each operand that may be f16 is f16 in some of them. */
import { HALF_OPERANDS } from "../../src/plan/half.ts";
import type { StepKind } from "../../src/plan/steps.ts";
import { assert, suite } from "../shim.ts";
import { FAMILIES } from "./all-cases.ts";
import { makeCase } from "./check-case.ts";

const test = suite("operators in half precision");

/** A fixed seed: which operands are halves depends on it. */
const SEED = 1;

/** Operands that no case has as f16. */
const EXEMPT: ReadonlySet<string> = new Set([
  "cast 0", // the planner casts to f16 only
  ...[6, 7, 8, 9].map((i) => `multiLevelRoiAlign ${i}`), // of pyramids with more than four maps
]);

test("every operand that may be a half is one in some case", () => {
  const halves = new Set<string>();
  for (const [i, entry] of Object.values(FAMILIES).flat().entries()) {
    const { plans } = makeCase(entry, SEED + i, { precision: "fp16" });
    for (const { tensors, steps } of Object.values(plans))
      for (const { kind, inputs, outputs } of steps)
        for (const [operand, tensor] of [...inputs, ...outputs].entries())
          if (tensors[tensor]?.dtype === "f16") halves.add(`${kind} ${operand}`);
  }
  const missing = (Object.keys(HALF_OPERANDS) as StepKind[]).flatMap((kind) =>
    [...HALF_OPERANDS[kind]].flatMap((digit, i) => {
      const operand = `${kind} ${i}`;
      return digit === "." || halves.has(operand) || EXEMPT.has(operand) ? [] : [operand];
    }),
  );
  assert.equal(missing, []);
});

test.run();
