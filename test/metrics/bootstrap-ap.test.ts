/** Intervals of average precision against resampled data sets that are built and evaluated one by one. */
import { drawCounts } from "../../src/metrics/bootstrap.ts";
import { generator } from "../../src/metrics/generator.ts";
import { bootstrapAp, cocoAp, type DetectionCase, LESION_CLASSES } from "../../src/metrics/index.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("bootstrap of average precision");
const [A, B, C] = LESION_CLASSES as readonly [string, string, string];

function randomCases(pictures: number, next: () => number): DetectionCase[] {
  const box = (x: number, y: number) => [x, y, x + 20, y + 20] as const;
  return Array.from({ length: pictures }, () => {
    const truth = Array.from({ length: Math.floor(next() * 4) }, (_, i) => ({
      label: next() < 0.7 ? A : B,
      box: box(100 * i, 0),
    }));
    const findings = Array.from({ length: Math.floor(next() * 6) }, (_, i) => ({
      label: next() < 0.6 ? A : next() < 0.8 ? B : C,
      score: next(),
      box: box(100 * i + 14 * next(), 10 * next()),
    }));
    return { truth, findings };
  });
}

test("equal to evaluating every resample", () => {
  const cases = randomCases(23, random(1));
  const samples = 60;
  const draw = generator(7);
  const counts = new Uint32Array(cases.length);
  const means: number[] = [];
  const ofA: number[] = [];
  while (means.length < samples) {
    drawCounts(counts, draw);
    const drawn = cases.flatMap((one, i) => Array.from({ length: counts[i]! }, () => one));
    const { ap, map } = cocoAp(drawn, { iouThresholds: [0.5] });
    means.push(map[0]!);
    ofA.push(ap[A]![0]!);
  }
  const found = bootstrapAp(cases, { samples, seed: 7 });
  for (const [interval, values] of [
    [found.map50, means],
    [found.ap50[A]!, ofA],
  ] as const) {
    values.sort((a, b) => a - b);
    const close = (a: number, b: number, what: string) =>
      assert.ok(Math.abs(a - b) < 1e-12, `${what}: ${a}, not ${b}`);
    close(interval.mean, values.reduce((sum, value) => sum + value, 0) / samples, "mean");
    close(interval.lo, values[1]!, "lo");
    close(interval.hi, values[samples - 2]!, "hi");
  }
  assert.equal(Object.keys(found.ap50).sort(), [A, B].sort(), "classes without lesions have no figures");
});

test("the same seed gives the same intervals, which hold the value itself", () => {
  const cases = randomCases(300, random(2));
  const found = bootstrapAp(cases, { seed: 3 });
  assert.equal(found, bootstrapAp(cases, { seed: 3 }));
  assert.not.equal(found, bootstrapAp(cases, { seed: 4 }));
  const { map } = cocoAp(cases, { iouThresholds: [0.5] });
  assert.ok(found.map50.lo < map[0]! && map[0]! < found.map50.hi);
});

test("a perfect detector has no spread, and one lesion in many pictures is enough", () => {
  const hit = { truth: [{ label: A, box: [0, 0, 9, 9] as const }] };
  const cases: DetectionCase[] = Array.from({ length: 50 }, () => ({ truth: [], findings: [] }));
  cases.push({ ...hit, findings: [{ label: A, score: 0.5, box: [0, 0, 9, 9] }] });
  assert.equal(bootstrapAp(cases, { samples: 40 }).map50, { mean: 1, lo: 1, hi: 1 });
});

test("what it refuses", async () => {
  const none: DetectionCase[] = [{ truth: [], findings: [] }];
  await rejects(() => bootstrapAp(none), "INVALID_ARGUMENT", /at least one class/);
  await rejects(() => bootstrapAp(none, { samples: 3 }), "INVALID_ARGUMENT", /samples/);
  await rejects(() => bootstrapAp(none, { iouThreshold: 0 }), "INVALID_ARGUMENT", /iouThreshold/);
});

test.run();
