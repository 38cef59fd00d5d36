/** Random networks through optimiser, planner and core: all kernel sets and builds agree with the plain way. */
import { optimize } from "../../src/optimize/pipeline.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { closeEngines, type Engine, openEngines } from "../ops/engines.ts";
import { runPlan } from "../ops/run-plan.ts";
import { randomCase } from "../plan/random-nodes.ts";
import { assertSameOutputs, relativeL2 } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, skip, suite } from "../shim.ts";
import { randomGraph } from "../support/random-graph.ts";

const test = suite("plan fuzz");

const SEEDS = 1000;
/** Every so many seeds the graph also runs on all engines, and in float64. */
const ALL_ENGINES = 2;
const FLOAT64 = 5;

/**
 * Share of the largest output. One f32 sum of up to 40 * 49 products, in an order that differs per kernel set, is off
 * by about sqrt(1960) * 2^-24 = 2.6e-6 of its terms' size at most; a chain of some 15 layers, whose sums may cancel,
 * adds up to a few of these. A wrong index or a missed rewrite is off by percents.
 */
const TOLERANCE = { relative: 2e-5, absolute: 2e-6 };

/** These chain products and sums without keeping values near unit size, so that more of a sum may cancel. */
const ODD = { relative: 1e-4, absolute: 1e-5 };

let engines: Engine[] = [];
test.before(async () => {
  engines = await openEngines();
});
test.after(() => closeEngines(engines));

test(`${SEEDS} graphs: the optimised plan gives what the graph as it is gives`, async () => {
  const plain = engines.find(({ label }) => label === "cpu reference x1") ?? engines[0];
  if (plain === undefined) skip("no backend runs here");
  const runs = new Map(engines.map(({ label }) => [label, 0]));
  let worst = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const { graph, inputs } = randomGraph(seed);
    const optimized = buildPlan(optimize(graph));
    const expected = await runPlan(plain.instance, buildPlan(graph), inputs);
    const actual = await runPlan(plain.instance, optimized, inputs);
    assertSameOutputs(actual, expected, TOLERANCE, `seed ${seed}, optimised:`);
    const exact = seed % FLOAT64 === 0 ? interpret(graph, inputs) : expected;
    if (exact !== expected) assertSameOutputs(expected, exact, TOLERANCE, `seed ${seed}, against float64:`);
    if (seed % ALL_ENGINES !== 0) continue;
    for (const { label, instance } of engines) {
      const found = await runPlan(instance, optimized, inputs);
      assertSameOutputs(found, exact, TOLERANCE, `seed ${seed}, ${label}:`);
      for (const [name, { data }] of exact) worst = Math.max(worst, relativeL2(found.get(name)!.data, data));
      runs.set(label, runs.get(label)! + 1);
    }
  }
  console.log(
    `\nNOTE ${SEEDS} graphs on ${plain.label} with and without optimiser, ${SEEDS / FLOAT64} against float64; ` +
      `on all: ${[...runs].map(([label, count]) => `${label} (${count})`).join(", ")}; ` +
      `worst relative L2 of an output ${worst.toExponential(1)}`,
  );
  assert.ok(worst < 1e-4);
});

test("400 graphs of every node kind, fused fields included, against float64 on all", async () => {
  for (let seed = 0; seed < 400; seed++) {
    const { graph, inputs } = randomCase(10_000 + seed);
    const feeds = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, inputs[i]!]));
    const expected = interpret(graph, feeds);
    const plan = buildPlan(graph);
    for (const { label, instance } of engines)
      assertSameOutputs(await runPlan(instance, plan, feeds), expected, ODD, `seed ${seed}, ${label}:`);
  }
});

test("threads do not change a bit", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { graph, inputs } = randomGraph(seed);
    const plan = buildPlan(optimize(graph));
    const seen = new Map<string, Map<string, { data: ArrayLike<number> }>>();
    for (const { label, instance } of engines) {
      const set = label.replace(/ x\d+$/, "");
      const outputs = await runPlan(instance, plan, inputs);
      const before = seen.get(set);
      seen.set(set, outputs);
      if (before === undefined) continue;
      for (const [name, { data }] of outputs) assert.equal(data, before.get(name)!.data, `${seed} ${label}`);
    }
  }
});

test.run();
