/** Values whose rounding errors average out before they become an answer. */
import { optimize } from "../../src/optimize/pipeline.ts";
import { averagedValues } from "../../src/plan/averaged.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { CONV_ALGORITHMS } from "../../src/plan/steps.ts";
import { assert, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";

const test = suite("plan: averaged values");

test("in a classifier: what a mean over the map and a product follow", () => {
  const s = new Sketch();
  const x = s.input("x", 1, 16, 12, 12);
  const first = s.conv(x, 32, {});
  const second = s.conv(s.relu(first), 32, {});
  const averaged = averagedValues(s.finish(s.linear(s.reshape(s.globalMean(second), [1, 32]), 5)));
  for (const value of [x, first, second]) assert.ok(averaged.has(value));
});

test("not where the mean is the answer, nor where a map is one", () => {
  const s = new Sketch();
  const x = s.input("x", 1, 16, 12, 12);
  const first = s.conv(x, 32, {});
  const last = s.conv(first, 10, {});
  const mean = s.globalMean(last);
  assert.equal(
    [first, last].map((value) => averagedValues(s.finish(mean)).has(value)),
    [true, false],
  );

  const t = new Sketch();
  const y = t.input("y", 1, 16, 12, 12);
  const shared = t.conv(y, 32, {});
  const logits = t.linear(t.reshape(t.globalMean(t.conv(shared, 32, {})), [1, 32]), 5);
  const map = t.conv(shared, 4, {});
  const found = averagedValues(t.finish(logits, map));
  assert.is(found.has(shared), false, "one of its ways leads to a map");
  assert.is(averagedValues(t.finish(logits)).has(shared), true);
});

test("what is only added to a product does not pass it", () => {
  const s = new Sketch();
  const x = s.input("x", 1, 32, 12, 12);
  const beside = s.conv(x, 32, {});
  const sum = s.binary("add", s.conv(x, 32, { name: "main" }), beside);
  const found = averagedValues(optimize(s.finish(s.globalMean(sum))));
  assert.is(found.size, 1, "only the input, which both convolutions multiply");
});

test("plans use Strassen's product there alone", () => {
  const algorithms = (answer: "classes" | "map"): string[] => {
    const s = new Sketch();
    let x = s.conv(s.input("x", 1, 128, 28, 28), 256, {});
    x = s.conv(s.relu(x), 256, {});
    if (answer === "classes") x = s.linear(s.reshape(s.globalMean(x), [1, 256]), 3);
    return buildPlan(optimize(s.finish(x))).steps.flatMap((step) =>
      step.kind === "conv" ? [CONV_ALGORITHMS[step.fields.algorithm]!] : [],
    );
  };
  assert.equal(algorithms("classes"), ["strassen", "strassen"]);
  assert.equal(algorithms("map"), ["auto", "auto"]);
});

test.run();
