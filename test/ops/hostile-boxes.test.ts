/** Plans whose box steps say something else than their tensors: refused when they are prepared, never run. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import type { Value } from "../../src/graph/graph.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Step, StepKind } from "../../src/plan/steps.ts";
import { assert, skip, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";
import { closeEngines, type Engine, openEngines } from "./engines.ts";
import { runPlan } from "./run-plan.ts";

const test = suite("hostile box steps");

let engines: Engine[] = [];
test.before(async () => {
  engines = await openEngines();
});
test.after(() => closeEngines(engines));

/** A plan with one step of each kind. */
function soundPlan(): Plan {
  const s = new Sketch();
  const [boxes, deltas, size, scores] = [
    s.input("boxes", 6, 4),
    s.input("deltas", 6, 8),
    s.input("size", 2),
    s.input("scores", 6),
  ];
  const classes = s.builder.input("classes", "i64", [6]);
  const maps = [s.input("fine", 1, 3, 8, 8), s.input("coarse", 1, 3, 4, 4)];
  const levels = { lowestLevel: 2, canonicalSize: 224, canonicalLevel: 4 };
  const nms = { iouThreshold: 0.5, scoreThreshold: 0, maxKept: 5 };
  return buildPlan(
    s.finish(
      ...s.builder.add("anchors", {
        inputs: [s.constant([3, 2])],
        height: 2,
        width: 5,
        stride: 8,
        offset: 0,
      }),
      ...s.builder.add("decodeBoxes", { inputs: [boxes, deltas], weights: [1, 1, 1, 1], scaleClamp: 4 }),
      ...s.builder.add("clipBoxes", { inputs: [deltas, size] }),
      ...s.builder.add("multiLevelRoiAlign", {
        inputs: [boxes, ...maps] as [Value, ...Value[]],
        scales: [0.25, 0.125],
        outputSize: [2, 2],
        samplingRatio: 2,
        aligned: true,
        ...levels,
      }),
      ...s.builder.add("classAwareNms", { inputs: [boxes, scores, classes], ...nms }),
    ),
  );
}

type Change = (step: Step, plan: Plan) => Partial<Record<"inputs" | "outputs" | "fields", unknown>>;
const field =
  (name: string, value: number): Change =>
  (step) => ({ fields: { ...step.fields, [name]: value } });
/** Operand `at` becomes the tensor of a port or, absent a name, no tensor. */
const operand =
  (at: number, name: string | null): Change =>
  (step, plan) => ({
    inputs: step.inputs.with(at, name === null ? -1 : plan.inputs.find((port) => port.name === name)!.tensor),
  });

const CHANGES: readonly (readonly [StepKind, string, Change])[] = [
  ["anchors", "more rows than there is room", field("height", 3)],
  ["anchors", "negative sides", field("width", -5)],
  ["anchors", "sides whose product overflows", field("height", 2 ** 31 - 1)],
  ["decodeBoxes", "more boxes than there are", field("n", 7)],
  ["decodeBoxes", "other groups", field("groups", 3)],
  ["decodeBoxes", "negative groups", field("groups", -2)],
  ["decodeBoxes", "whole numbers for boxes", operand(0, "classes")],
  ["clipBoxes", "more boxes than there are", field("n", 13)],
  ["clipBoxes", "a size of six numbers", operand(1, "scores")],
  ["multiLevelRoiAlign", "a map too few", operand(3, null)],
  ["multiLevelRoiAlign", "a plain map", operand(2, "fine")],
  ["multiLevelRoiAlign", "too many samples", field("samplingRatio", 1 << 20)],
  ["multiLevelRoiAlign", "negative samples", field("samplingRatio", -1)],
  ["multiLevelRoiAlign", "levels beyond numbers", field("lowestLevel", 2 ** 31 - 1)],
  ["multiLevelRoiAlign", "regions for other boxes", operand(0, "size")],
  ["classAwareNms", "more boxes than there are", field("n", 7)],
  ["classAwareNms", "more kept than there is room", field("maxKept", 6)],
  ["classAwareNms", "a negative number", field("n", -6)],
  ["classAwareNms", "real numbers for classes", operand(2, "scores")],
];

async function prepares(instance: BackendInstance, plan: Plan): Promise<string | null> {
  try {
    await (await instance.prepare(plan)).dispose();
    return null;
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

test(`${CHANGES.length} changes of a sound plan are INVALID_PLAN on every kernel set and build`, async () => {
  if (engines.length === 0) skip("no backend runs here");
  const plan = soundPlan();
  for (const { label, instance } of engines) {
    assert.is(await prepares(instance, plan), null, label);
    for (const [kind, title, change] of CHANGES) {
      const steps = plan.steps.map((step) =>
        step.kind === kind ? ({ ...step, ...change(step, plan) } as Step) : step,
      );
      const refusal = await prepares(instance, { ...plan, steps });
      assert.match(refusal ?? "nothing", /^INVALID_PLAN: .*step \d+ \(/, `${kind}, ${title}, ${label}`);
    }
  }
});

test("numbers that are none, infinities and swapped corners end, on every kernel set and build", async () => {
  const plan = soundPlan();
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 5, 0, -0, 1e-45];
  const inputs = Object.fromEntries(
    plan.inputs.map(({ name, dims, dtype }) => {
      const length = dims.reduce((a, b) => a * b, 1);
      return dtype === "i64"
        ? [name, BigInt64Array.from({ length }, (_, i) => BigInt(i % 2 === 0 ? 2 ** 31 - 1 : -(2 ** 31)))]
        : [name, Float32Array.from({ length }, (_, i) => odd[(i * 7) % odd.length]!)];
    }),
  );
  for (const { label, instance } of engines) {
    const outputs = await runPlan(instance, plan, inputs);
    assert.is(outputs.size, plan.outputs.length, label);
  }
});

test.run();
