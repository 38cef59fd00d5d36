/** Cases that can be checked by hand. */
import {
  applyDecisionRule,
  auroc,
  bootstrap,
  boxIou,
  cocoAp,
  confusionAt,
  froc,
  precisionRecall,
  predictiveValues,
  rates,
  reliability,
  rocCurve,
  youdenThreshold,
} from "../../src/metrics/index.ts";
import { chartSvg } from "../../src/metrics/plots/chart.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("metrics");
const box = (x: number): [number, number, number, number] => [x, 0, x + 10, 10];
const find = (x: number, score: number, label = "Osteophytes") => ({ label, score, box: box(x) });
const lesion = (x: number, label = "Osteophytes") => ({ label, box: box(x) });

test("the ROC example of scikit-learn's manual", () => {
  const scores = [0.1, 0.4, 0.35, 0.8];
  const curve = rocCurve(scores, [false, false, true, true]);
  assert.equal([...curve.fpr], [0, 0, 0.5, 0.5, 1]);
  assert.equal([...curve.tpr], [0, 0.5, 0.5, 1, 1]);
  assert.equal([...curve.thresholds], [Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1]);
  assert.is(auroc(scores, [false, false, true, true]), 0.75);
  // J is 0.5 at 0.8 and at 0.35: the higher threshold wins.
  assert.is(youdenThreshold(curve), 0.8);
});

test("equal scores count a half, and points on a straight line are dropped", () => {
  assert.is(auroc([1, 1, 1], [true, false, true]), 0.5);
  assert.is(auroc([3, 2, 2, 1], [true, true, false, false]), 0.875);
  const scores = [4, 3, 2, 1];
  const labels = [true, true, true, false];
  assert.equal([...rocCurve(scores, labels).thresholds], [Number.POSITIVE_INFINITY, 4, 2, 1]);
  assert.is(rocCurve(scores, labels, { dropIntermediate: false }).thresholds.length, 5);
  assert.is(youdenThreshold(rocCurve([1, 2], [true, false])), Number.POSITIVE_INFINITY);
});

test("counts at a threshold; an empty denominator gives 0", () => {
  const counts = confusionAt([0.9, 0.5, 0.4, 0.1], [true, false, true, false], 0.5);
  assert.equal(counts, { tp: 1, fp: 1, tn: 1, fn: 1 });
  assert.equal(rates(counts), { f1: 0.5, sensitivity: 0.5, specificity: 0.5, precision: 0.5 });
  assert.is(rates({ tp: 0, fp: 0, tn: 3, fn: 0 }).f1, 0);
});

test("bootstrap: perfect scores have no spread; the seed decides; 10,000 of 2,000 images", async () => {
  const perfect = bootstrap([1, 2, 3, 4], [false, false, true, true], 3, { samples: 100 });
  assert.equal(perfect.auroc, { mean: 1, lo: 1, hi: 1 });
  const next = random(5);
  const labels = Array.from({ length: 2000 }, (_, i) => i % 2 === 0);
  const scores = labels.map((label) => next() + (label ? 0.4 : 0));
  const start = performance.now();
  const first = bootstrap(scores, labels, 0.7, { seed: 1 });
  console.log(`10,000 resamples of 2,000 images: ${(performance.now() - start).toFixed(0)} ms`);
  assert.ok(first.auroc.lo < auroc(scores, labels) && auroc(scores, labels) < first.auroc.hi);
  const few = (seed: number) => bootstrap(scores, labels, 0.7, { samples: 50, seed });
  assert.equal(few(7), few(7));
  assert.not.equal(few(7), few(8));
  await rejects(() => bootstrap([1, 2], [true, true], 1), "INVALID_ARGUMENT", /positive and negative/);
  await rejects(() => bootstrap([1, 2], [true, false], 1, { samples: 3 }), "INVALID_ARGUMENT", /samples/);
  await rejects(() => auroc([Number.NaN, 1], [true, false]), "INVALID_ARGUMENT", /finite/);
  await rejects(() => auroc([1], [true, false]), "INVALID_ARGUMENT", /one score per label/);
});

test("average precision: a miss between two hits", () => {
  assert.is(boxIou(box(0), box(5)), 1 / 3);
  assert.is(boxIou(box(0), box(10)), 0);
  const cases = [
    { truth: [lesion(0), lesion(100)], findings: [find(0, 0.9), find(50, 0.8), find(100, 0.7)] },
  ];
  // Precision 1 to recall 0.5 (51 points), then 2/3 (50 points).
  const wanted = (51 + (50 * 2) / 3) / 101;
  assert.ok(Math.abs(precisionRecall(cases, "Osteophytes").ap - wanted) < 1e-12);
  const result = cocoAp(cases, { maxDetections: 1 });
  assert.equal(Object.keys(result.ap), ["Osteophytes"]);
  assert.ok(Math.abs(result.mean - 51 / 101) < 1e-12);
});

test("one lesion is hit once, and only by its class; IoU thresholds matter", async () => {
  const cases = [
    { truth: [lesion(0)], findings: [find(0, 0.9), find(0, 0.8), find(0, 1, "Other lesions")] },
    { truth: [], findings: [find(0, 0.95)] },
  ];
  const { ap } = cocoAp(cases);
  assert.ok(Math.abs(ap.Osteophytes[6] - 0.5) < 1e-12);
  assert.is(ap["Other lesions"], undefined);
  const third = [{ truth: [lesion(0)], findings: [find(5, 1)] }];
  assert.equal(cocoAp(third).ap.Osteophytes, [1, 1, 1, 0, 0, 0, 0]);
  await rejects(() => cocoAp([{ truth: [], findings: [] }]), "INVALID_ARGUMENT", /lesions/);
  const broken = [{ truth: [{ label: "Osteophytes", box: [5, 0, 1, 1] as const }], findings: [] }];
  await rejects(() => cocoAp(broken), "INVALID_ARGUMENT", /x0 <= x1/);
});

test("FROC: false marks per picture against lesions found", () => {
  const cases = [
    { truth: [lesion(0), lesion(100)], findings: [find(0, 0.9), find(100, 0.5)] },
    { truth: [], findings: [find(0, 0.7)] },
  ];
  const curve = froc(cases);
  assert.equal([...curve.falsePositives], [0, 0, 0.5, 0.5]);
  assert.equal([...curve.sensitivity], [0, 0.5, 0.5, 1]);
  assert.equal(curve.atPoints, [0.5, 0.5, 1, 1, 1, 1, 1]);
});

test("predictive values, calibration and the decision rule", () => {
  const [half, never] = [predictiveValues(0.8, 0.9, [0.5])[0], predictiveValues(0, 1, [0.5])[0]];
  assert.ok(Math.abs((half.ppv as number) - 0.4 / 0.45) < 1e-12);
  assert.is(never.ppv, null);
  const { bins, ece, brier } = reliability([0.25, 0.25, 1, 0.75], [false, true, true, true], 2);
  assert.equal(
    bins.map(({ count, observed }) => [count, observed]),
    [
      [2, 0.5],
      [2, 1],
    ],
  );
  assert.ok(Math.abs(ece - (0.5 + 0.25) / 4) < 1e-12);
  assert.ok(Math.abs(brier - (0.0625 + 0.5625 + 0 + 0.0625) / 4) < 1e-12);
  const findings = [{ score: 0.5 }, { score: 0.49 }];
  assert.equal(applyDecisionRule(findings, 0.28, 0.28), findings);
  assert.equal(applyDecisionRule(findings, 0.27, 0.28), [{ score: 0.5 }]);
});

test("chart text is escaped", () => {
  const axis = { label: "<x>", low: 0, high: 1, tick: 0.5 };
  const svg = chartSvg({
    title: 'a & "b"',
    x: axis,
    y: axis,
    series: [{ name: "<s>", x: [0, 1], y: [0, 1] }],
  });
  assert.match(svg, /a &amp; &quot;b&quot;/);
  assert.not.match(svg, /<x>|<s>/);
});

test.run();
