import { printGraph } from "../../src/graph/print.ts";
import { validateGraph } from "../../src/graph/validate.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { assertSameOutputs } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { randomGraph } from "../support/random-graph.ts";

const test = suite("optimised random graphs");

/**
 * Folding rounds each weight to f32 once more (relative 2^-24 = 6e-8); over a chain of about 20 layers, some of which
 * amplify, that stays near 3e-7 of the largest output. A wrong rewrite is off by percents.
 */
const TOLERANCE = { relative: 2e-6, absolute: 2e-7 };

test("keep their outputs over 200 seeds", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { graph, inputs } = randomGraph(seed);
    validateGraph(graph);
    const text = printGraph(graph);
    const optimized = optimize(graph, { validate: true });
    assert.is(printGraph(graph), text, "the given graph must stay as it is");
    assertSameOutputs(interpret(optimized, inputs), interpret(graph, inputs), TOLERANCE, `seed ${seed}:`);
    assert.is(printGraph(optimize(optimized)), printGraph(optimized), `seed ${seed}: nothing left to do`);
  }
});

test("are the same for the same seed", () => {
  assert.is(printGraph(randomGraph(7).graph), printGraph(randomGraph(7).graph));
});

test.run();
