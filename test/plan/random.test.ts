/** Random graphs of every node kind with a float64 reference: the plan computes what the graph says. */
import { decodePlan } from "../../src/plan/decode.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import { buildPlan, type PlanOptions } from "../../src/plan/lower.ts";
import { findMismatch } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { randomCase } from "./random-nodes.ts";

const test = suite("plan: random graphs");
const SEEDS = 400;
const TOLERANCE = { relative: 1e-4, absolute: 1e-5 };

/** What is wrong with the plan of a seed, or null. */
function difference(seed: number, options: PlanOptions): string | null {
  const { graph, inputs } = randomCase(seed);
  const feeds = Object.fromEntries(graph.inputs.map((value, i) => [value.name, inputs[i] as Float32Array]));
  const expected = interpret(graph, feeds);
  const plan = buildPlan(graph, options);
  const { outputs } = execute(plan, inputs);
  for (const [i, value] of graph.outputs.entries()) {
    const { data, dims } = expected.get(value.name)!;
    const mismatch = findMismatch(outputs[i] as number[], data, dims, TOLERANCE);
    if (mismatch !== null) return `seed ${seed}, output "${value.name}" ${mismatch}`;
  }
  assert.is(decodePlan(encodePlan(plan)).steps.length, plan.steps.length);
  return null;
}

for (const [title, options] of [
  ["as they are", {}],
  ["without concat in place", { concatInPlace: false }],
] as const) {
  test(`${SEEDS} graphs, ${title}`, () => {
    for (let seed = 0; seed < SEEDS; seed++) assert.is(difference(seed, options), null);
  });
}

test.run();
