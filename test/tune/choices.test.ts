/** Overrides before measurements before the cost model; plans that follow them; answers that stay. */

import type { PortData } from "../../src/backends/core.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import {
  admissibleAlgorithms,
  type ConvAlgorithm,
  chooseConvAlgorithm,
} from "../../src/plan/conv-algorithm.ts";
import { type ConvSite, convSites } from "../../src/plan/conv-site.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { CONV_ALGORITHMS } from "../../src/plan/steps.ts";
import { candidates } from "../../src/tune/candidates.ts";
import { ConvChoices } from "../../src/tune/choices.ts";
import { memoryStore } from "../../src/tune/store.ts";
import { Tuner } from "../../src/tune/tuner.ts";
import { assert, random, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { randomInputs, Sketch } from "../support/build.ts";
import { rejects } from "../support/errors.ts";
import { randomGraph } from "../support/random-graph.ts";
import { ENVIRONMENT, fakeMeasure } from "./support.ts";

const test = suite("tune: choices");

/** Maps of odd sizes; "wide" and "point" pass a mean and a product before they are an answer, "side" does not. */
function network(): Graph {
  const sketch = new Sketch();
  const x = sketch.input("x", 2, 33, 13, 11);
  const wide = sketch.relu(sketch.conv(x, 47, { kernel: 3, pad: 1, name: "wide", bias: true }));
  const point = sketch.conv(sketch.relu(sketch.norm(wide)), 64, { name: "point" });
  const again = sketch.conv(point, 35, { kernel: 3, pads: [0, 1, 2, 0], name: "again" });
  const mean = sketch.reshape(sketch.globalMean(again), [2, 35]);
  const side = sketch.conv(x, 40, { name: "side" });
  return optimize(sketch.finish(sketch.linear(mean, 5), side));
}

const algorithmsOf = ({ steps }: Plan): Record<string, ConvAlgorithm> =>
  Object.fromEntries(
    steps.flatMap((step) =>
      step.kind === "conv" ? [[step.name, CONV_ALGORITHMS[step.fields.algorithm] as ConvAlgorithm]] : [],
    ),
  );

const tuner = (ms: Parameters<typeof fakeMeasure>[0]): Tuner =>
  new Tuner({ mode: "measure", environment: ENVIRONMENT, store: memoryStore(), measure: fakeMeasure(ms) });

test("without a tuner and overrides the cost model chooses", async () => {
  const graph = network();
  const choices = new ConvChoices(null);
  const { plan, choices: chosen } = await choices.plan(graph);
  assert.equal(plan, buildPlan(graph));
  assert.equal(
    chosen.map(({ chosenBy, algorithm, usual, times }) => [chosenBy, algorithm === usual, times]),
    chosen.map(() => ["model", true, null]),
  );
  assert.equal(choices.report, { mode: "off", tuned: false, overridden: false, warnings: [] });
});

test("measurements reach the plan; overrides go before them and are not measured", async () => {
  const graph = network();
  const measured = tuner((_, algorithm) => (algorithm === "winograd2" ? 1 : algorithm === "auto" ? 2 : 9));
  const choices = new ConvChoices(measured, { again: "auto" });
  const { plan, choices: chosen } = await choices.plan(graph);
  assert.equal(algorithmsOf(plan), { wide: "winograd2", point: "auto", again: "auto", side: "auto" });
  assert.equal(
    chosen.map(({ site, chosenBy, times }) => [site.name, chosenBy, times !== null]),
    [
      ["wide", "tuned", true],
      ["point", "tuned", true],
      ["again", "override", false],
      ["side", "model", false],
    ],
  );
  assert.equal(choices.report, { mode: "measure", tuned: true, overridden: true, warnings: [] });
});

test("a function may choose, and leave others alone", async () => {
  const graph = network();
  const choices = new ConvChoices(null, ({ name, kernel }) =>
    name === "again" && kernel[0] === 3 ? "winograd2" : undefined,
  );
  const { plan } = await choices.plan(graph);
  assert.equal(algorithmsOf(plan), { ...algorithmsOf(buildPlan(graph)), again: "winograd2" });
});

test("inadmissible choices and unknown layers are refused", async () => {
  const graph = network();
  const refuse = (algorithms: ConstructorParameters<typeof ConvChoices>[1], message: RegExp) =>
    rejects(() => new ConvChoices(null, algorithms).plan(graph), "INVALID_ALGORITHM", message);
  await refuse({ agian: "auto" }, /"agian".*Did you mean "again"/);
  await refuse({ side: "strassen" }, /"side" one of auto, gemm, found "strassen"/);
  await refuse({ point: "winograd4" }, /"point" one of auto, gemm, strassen/);
  await refuse({ wide: "depthwise" }, /found "depthwise"/);
  await refuse(() => "fft" as ConvAlgorithm, /found "fft"/);
  await refuse(() => "strassen", /"side"/);
});

const ports = (graph: Graph, feeds: Readonly<Record<string, Float32Array>>): PortData[] =>
  graph.inputs.map(({ name }) => feeds[name]!);

/** Relative to the length of the whole output. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    error += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(error / Math.max(size, 1e-12));
}

const cases = await backendCases();
for (const entry of cases)
  test(`${entry.label}: whatever is chosen, answers stay within 1e-5; equal choices give equal bits`, async () => {
    await withBackend(entry, async (instance) => {
      const graphs = [
        { graph: network(), inputs: randomInputs(network()) },
        ...[3, 14, 15, 92].map((seed) => {
          const made = randomGraph(seed);
          return { ...made, graph: optimize(made.graph) };
        }),
      ];
      const next = random(27);
      for (const { graph, inputs } of graphs) {
        const run = async (plan: Plan) => {
          const executor = await instance.prepare(plan);
          try {
            return (await executor.run(ports(graph, inputs))).outputs;
          } finally {
            await executor.dispose();
          }
        };
        const usual = await run(buildPlan(graph));
        for (let trial = 0; trial < 3; trial++) {
          const times = new Map<string, number>();
          const choices = new ConvChoices(
            tuner(({ name }, algorithm) => {
              const ms = 1 + next();
              times.set(`${name} ${algorithm}`, ms);
              return ms;
            }),
          );
          const { plan, choices: chosen } = await choices.plan(graph);
          for (const { site, algorithm } of chosen)
            assert.ok(candidates(site).length < 2 || candidates(site).includes(algorithm));
          const outputs = await run(plan);
          outputs.forEach((output, i) => {
            assert.ok(difference(output, usual[i]!) < 1e-5, `${difference(output, usual[i]!)}`);
          });
          const forced = new ConvChoices(null, Object.fromEntries(Object.entries(algorithmsOf(plan))));
          assert.equal(await run((await forced.plan(graph)).plan), outputs);
        }
      }
    });
  });

test("the cost model only takes what is admissible", () => {
  for (let seed = 0; seed < 60; seed++)
    for (const site of convSites(optimize(randomGraph(seed).graph)))
      assert.ok(admissibleAlgorithms(site).includes(chooseConvAlgorithm(site)));
});

test("a backend that chooses by itself leaves nothing to choose, and its plans are as it needs them", async () => {
  const seen: ConvSite[] = [];
  const chooseConv = (site: ConvSite) => {
    seen.push(site);
    return "auto" as const;
  };
  const choices = new ConvChoices(null);
  const { plan, choices: chosen } = await choices.plan(network(), {
    traits: { splitBatch: false, precision: "fp16", chooseConv },
  });
  assert.ok(chosen.length > 0);
  assert.equal(
    chosen.map(({ site }) => site),
    seen,
  );
  for (const { algorithm, chosenBy, times } of chosen)
    assert.equal([algorithm, chosenBy, times], ["auto", "backend", null]);
  assert.ok(plan.tensors.some(({ dtype }) => dtype === "f16"));
  assert.equal([choices.report.tuned, choices.report.overridden], [false, false]);
});

test.run();
