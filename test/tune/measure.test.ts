/** Measuring on real backends: that it runs what it says it does, not how long that takes. */
import type { Executor } from "../../src/backends/backend.ts";
import type { ConvAlgorithm } from "../../src/plan/conv-algorithm.ts";
import type { ConvSite } from "../../src/plan/conv-site.ts";
import { CONV_ALGORITHMS } from "../../src/plan/steps.ts";
import { candidates } from "../../src/tune/candidates.ts";
import { measureOn } from "../../src/tune/measure.ts";
import { makeTrial } from "../../src/tune/trial.ts";
import { assert, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { rejects } from "../support/errors.ts";
import { site } from "./support.ts";

const test = suite("tune: measure");
const prologue = { norm: true, relu: true, pool: null };

const SITES: readonly ConvSite[] = [
  site(33, 17, 9, { batch: 2, prologue, residual: true }),
  site(40, 64, 7, { kernel: [1, 1], pads: [0, 0, 0, 0], prologue: { ...prologue, norm: false } }),
  site(32, 20, 5, { input: [11, 9], output: [5, 4], strides: [2, 2], pads: [0, 1, 0, 0] }),
];

test("a trial has each algorithm as often, on weights of their own, and nothing else", () => {
  for (const layer of SITES) {
    const algorithms = candidates(layer);
    const trial = makeTrial(layer, algorithms)!;
    assert.is(trial.order.length, trial.copies * algorithms.length);
    const steps = trial.plan.steps.filter(({ kind }) => kind === "conv");
    assert.equal(
      steps.map((step) => (step.kind === "conv" ? CONV_ALGORITHMS[step.fields.algorithm] : "")),
      trial.order,
    );
    assert.is(trial.plan.steps.length, steps.length + 1, "and the one that makes an output");
    const weights = steps.map(({ inputs }) => trial.plan.tensors[inputs[1]!]!.offset);
    for (const algorithm of algorithms) {
      const own = weights.filter((_, i) => trial.order[i] === algorithm);
      assert.is(new Set(own).size, trial.copies);
    }
    for (const data of trial.inputs) assert.ok(data.every((value) => value !== 0 && Math.abs(value) <= 1));
    for (const { outputs } of steps) {
      const { dims } = trial.plan.tensors[outputs[0]!]!;
      assert.equal(dims, [layer.batch, layer.channels[1], ...layer.output]);
    }
  }
});

test("a convolution too large is left out before anything is allocated", () => {
  const huge = site(64, 64, 100_000);
  assert.is(makeTrial(huge, candidates(huge)), null);
});

for (const entry of await backendCases({ emulated: false }))
  test(`${entry.label}: every candidate gets a time`, async () => {
    await withBackend(entry, async (instance) => {
      const measure = measureOn(instance);
      for (const layer of SITES) {
        const algorithms = candidates(layer);
        const times = await measure(layer, algorithms);
        assert.equal(Object.keys(times!), algorithms);
        for (const ms of Object.values(times!)) assert.ok(ms > 0 && ms < 60_000);
      }
      await rejects(() => measure(SITES[0]!, candidates(SITES[0]!), AbortSignal.abort()), "ABORTED");
    });
  });

test("medians of the steps' times, after a warm-up; what was prepared is disposed of", async () => {
  const [layer, algorithms] = [SITES[0]!, ["auto", "winograd2"] as ConvAlgorithm[]];
  const { plan, order } = makeTrial(layer, algorithms)!;
  let [runs, disposed] = [0, 0];
  const executor = {
    supports: () => true,
    hostSteps: [],
    bytes: 0,
    run: async () => {
      runs++;
      let conv = 0;
      const stepMs = Float32Array.from(plan.steps, ({ kind }) => {
        if (kind !== "conv") return 1000;
        const algorithm = order[conv++];
        // every third run is disturbed
        return (algorithm === "auto" ? 2 : 1) * (runs % 3 === 0 ? 50 : 1);
      });
      return { outputs: [], stepMs };
    },
    dispose: async () => {
      disposed++;
    },
  } satisfies Executor;
  const measure = measureOn({ prepare: async () => executor } as never);
  assert.equal(await measure(layer, algorithms), { auto: 2, winograd2: 1 });
  assert.is(disposed, 1);
  const before = runs;
  await measure(layer, algorithms);
  assert.ok(runs - before >= 2 && runs - before <= 30, "warm by now");
});

test.run();
