/** A batch in parts: the same answers, in less memory. */

import type { Graph } from "../../src/graph/graph.ts";
import { describePlan } from "../../src/plan/describe.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { assert, random, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { NetBuilder } from "./nets.ts";
import { randomCase } from "./random-nodes.ts";

const test = suite("plan: split batch");

/** A dense block between two others, with branches that leave the run early and an output in its middle. */
function network(images: number, size: number, middle = true): Graph {
  const net = new NetBuilder(images + size);
  const x = net.builder.input("x", "f32", [images, 3, size, size]);
  const stem = net.pool(net.conv(x, 16, 3, 1), "max", 2, 2);
  const features = [stem];
  for (let i = 0; i < 3; i++) features.push(net.conv(net.conv(net.concat([...features]), 6, 1), 4, 3));
  const block = net.concat(features);
  const late = net.conv(block, 5, 1, 2, 0);
  return net.builder.finish("batched", middle ? [late, features[1]!] : [late]);
}

const inputsOf = (graph: Graph, seed: number): Float32Array[] => {
  const next = random(seed);
  return graph.inputs.map(({ dims }) =>
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1),
  );
};

test("batches of 1 to 7, parts of one to all images: the answers are those of whole steps", () => {
  for (const images of [1, 2, 3, 5, 7]) {
    const graph = network(images, 9);
    const inputs = inputsOf(graph, images);
    const whole = buildPlan(graph, { splitBatch: false });
    const expected = execute(whole, inputs).outputs;
    for (const part of [1, 1500, 4000, 1e9]) {
      const plan = buildPlan(graph, { splitBatch: { large: 0, part } });
      assert.equal(execute(plan, inputs).outputs, expected, `${images} images, parts of ${part} bytes`);
      if (images > 1 && part === 1) assert.ok(plan.steps.length > whole.steps.length);
    }
  }
});

test("200 random graphs, split wherever that is possible", () => {
  for (let seed = 9000; seed < 9200; seed++) {
    const { graph, inputs } = randomCase(seed);
    const whole = execute(buildPlan(graph, { splitBatch: false }), inputs).outputs;
    const parts = execute(buildPlan(graph, { splitBatch: { large: 0, part: 1 } }), inputs).outputs;
    assert.equal(parts, whole, `seed ${seed}`);
  }
});

test("images of a run follow one another, and its maps are as small as a part", () => {
  const graph = network(4, 16, false);
  const whole = buildPlan(graph, { splitBatch: false });
  const plan = buildPlan(graph, { splitBatch: { large: 0, part: 1 } });
  const parts = plan.steps.flatMap(({ part }) => part?.images[0] ?? []);
  assert.equal(
    parts,
    [...parts].sort((a, b) => a - b),
  );
  assert.equal([...new Set(parts)], [0, 1, 2, 3]);
  assert.ok(plan.arenaBytes < whole.arenaBytes * 0.7, `${plan.arenaBytes} of ${whole.arenaBytes} bytes`);
  const flops = (which: typeof plan): number => describePlan(which).flops;
  assert.is(flops(plan), flops(whole));
});

test("what is small, or has weights larger than its maps, stays whole", () => {
  const graph = network(4, 16);
  for (const splitBatch of [{ large: 1e9, part: 1 }, true] as const)
    assert.ok(buildPlan(graph, { splitBatch }).steps.every(({ part }) => part === undefined));
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [2, 64, 2, 2]);
  const heavy = net.builder.finish("heavy", [net.conv(net.conv(x, 64, 3), 64, 3)]);
  const plan = buildPlan(heavy, { splitBatch: { large: 0, part: 1 } });
  assert.ok(plan.steps.every(({ part }) => part === undefined));
});

test("a description says who chose each convolution once, whatever its parts", () => {
  const graph = network(2, 9);
  const convs = graph.nodes.filter(({ kind }) => kind === "conv").length;
  const by = Array.from({ length: convs }, (_, i) => (i % 2 === 0 ? "tuned" : "override")) as (
    | "tuned"
    | "override"
  )[];
  const plan = buildPlan(graph, { splitBatch: { large: 0, part: 1 } });
  const steps = describePlan(plan, by).steps.filter(({ kind }) => kind === "conv");
  const names = graph.nodes.filter(({ kind }) => kind === "conv").map(({ name }) => name);
  for (const step of steps) assert.is(step.chosenBy, by[names.indexOf(step.name)]);
  assert.ok(steps.some(({ detail }) => detail.endsWith("image 1")));
});

test.run();
