/** Every figure of golden/evaluation, which scikit-learn and pycocotools computed. */
import { readFileSync } from "node:fs";
import { evaluate, join, parseAnnotations, parsePredictions } from "../../src/metrics/index.ts";
import { assert, shared, suite } from "../shim.ts";

const test = suite("golden evaluation");
const read = (name: string): string => readFileSync(shared(`golden/evaluation/${name}`), "utf8");
const RATES = ["auroc", "f1", "sensitivity", "specificity", "precision"] as const;

function close(found: number, wanted: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: found ${found}, expected ${wanted}`);
}

test("all figures before and after the decision rule", () => {
  const wanted = JSON.parse(read("expected.json"));
  const data = join(parsePredictions(read("predictions.json")), parseAnnotations(read("annotations.csv")));
  const start = performance.now();
  const found = evaluate(data, { seed: 1 });
  console.log(`evaluation of ${found.images} images: ${(performance.now() - start).toFixed(0)} ms`);
  assert.is(found.images, 400);
  assert.is(found.abnormalImages, 197);
  assert.is(found.lesionsOutsideClasses, 31);
  for (const name of [...RATES, "threshold"] as const)
    close(found[name], wanted.classification[name], 1e-9, name);
  for (const name of RATES)
    for (const bound of ["mean", "lo", "hi"] as const)
      close(found.ci[name][bound], wanted.bootstrap[name][bound], 0.006, `${name} ${bound}`);
  for (const [half, golden] of [
    [found.detection, wanted.detection_all_boxes],
    [found.afterRule, wanted.detection_after_decision_rule],
  ]) {
    close(half.map50, golden.map50, 1e-9, "map50");
    assert.equal(Object.keys(half.ap50), Object.keys(golden.ap50));
    for (const label of Object.keys(golden.ap50)) close(half.ap50[label], golden.ap50[label], 1e-9, label);
  }
  assert.is(found.detection?.boxes, wanted.detection_after_decision_rule.boxes_before);
  assert.is(found.afterRule?.boxes, wanted.detection_after_decision_rule.boxes_after);
  assert.equal(evaluate(data, { seed: 1, samples: 100 }).ci, evaluate(data, { seed: 1, samples: 100 }).ci);
});

test.run();
