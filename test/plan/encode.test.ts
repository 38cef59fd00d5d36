/** Round trip of the binary form, and refusals. */
import { SpineXRError } from "../../src/api/errors.ts";
import { decodePlan } from "../../src/plan/decode.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { STEPS, type Step, type StepKind } from "../../src/plan/steps.ts";
import { fieldShapes } from "../../src/plan/wire.ts";
import { assert, random, suite } from "../shim.ts";

const next = random(7);
const int = (below: number): number => Math.floor(next() * below);

/** A plan with one step of every kind, its operands and fields drawn at random; nothing in it makes sense to run. */
function anyPlan(): Plan {
  const tensors: Plan["tensors"] = [
    {
      name: "a",
      dtype: "f32",
      layout: "nhwc",
      dims: [1, 3, 5, 7],
      pixelStride: 4,
      storage: "arena",
      offset: 64,
    },
    {
      name: "b",
      dtype: "i32",
      layout: "plain",
      dims: [],
      pixelStride: 0,
      storage: "constant",
      offset: 2 ** 33,
    },
    {
      name: "c",
      dtype: "u8",
      layout: "plain",
      dims: [1, 2, 3, 4, 5, 6, 7, 8],
      pixelStride: 0,
      storage: "arena",
      offset: 0,
    },
    {
      name: "d",
      dtype: "f16",
      layout: "nhwc",
      dims: [2, 5, 3, 1],
      pixelStride: 9,
      storage: "arena",
      offset: 6,
    },
  ];
  const steps = (Object.keys(STEPS) as StepKind[]).map((kind) => ({
    kind,
    name: `${kind} step`,
    inputs: STEPS[kind].inputs.map((name) => (name.endsWith("?") ? -1 : int(4))),
    outputs: STEPS[kind].outputs.map((name) => (name.endsWith("?") ? -1 : int(4))),
    fields: Object.fromEntries(
      fieldShapes(kind).map((field) => {
        const value = () =>
          field.float ? Math.fround(next() * 10 - 5) : int(2 ** 31) * (next() < 0.3 ? -1 : 1);
        return [field.name, field.array ? Array.from({ length: field.count }, value) : value()];
      }),
    ),
  })) as unknown as Step[];
  return {
    version: 1,
    name: "any",
    tensors,
    steps,
    inputs: [{ name: "in", dtype: "f32", dims: [1, 3, 5, 7], tensor: 0, countTensor: -1 }],
    outputs: [{ name: "out", dtype: "bool", dims: [1], tensor: 2, countTensor: 1 }],
    arenaBytes: 5 * 2 ** 32 + 12,
    constants: [],
    constantBytes: 2 ** 34,
  };
}

const test = suite("plan: encode");

test("round trip keeps everything but names", () => {
  const plan = anyPlan();
  const decoded = decodePlan(encodePlan(plan));
  assert.equal(
    decoded.tensors,
    plan.tensors.map((tensor) => ({ ...tensor, name: "" })),
  );
  assert.equal(
    decoded.steps,
    plan.steps.map((step) => ({ ...step, name: "" })),
  );
  assert.equal(decoded.inputs, [{ tensor: 0, countTensor: -1 }]);
  assert.equal(decoded.outputs, [{ tensor: 2, countTensor: 1 }]);
  assert.is(decoded.arenaBytes, plan.arenaBytes);
  assert.is(decoded.constantBytes, plan.constantBytes);
});

test("numbers that do not fit are refused", () => {
  const plan = anyPlan();
  const first = plan.steps[0] as Step;
  const steps = [{ ...first, fields: { ...first.fields, kernelH: 2 ** 31 } } as Step];
  assert.throws(
    () => encodePlan({ ...plan, steps }),
    (error: unknown) =>
      error instanceof SpineXRError && error.code === "INVALID_PLAN" && /kernelH/.test(error.message),
  );
});

test("any cut or flipped word is a typed error or a plan, never another error", () => {
  const bytes = encodePlan(anyPlan());
  for (let trial = 0; trial < 500; trial++) {
    const copy = trial % 2 === 0 ? bytes.slice(0, int(bytes.length)) : bytes.slice();
    if (trial % 2 === 1) copy[int(copy.length)] = int(256);
    try {
      decodePlan(copy);
    } catch (error) {
      assert.ok(error instanceof SpineXRError && error.code === "INVALID_PLAN", String(error));
    }
  }
});

test.run();
