/** Around the detector's network: its input, and its boxes on the original picture. */
import type { DetectorEntry } from "../../src/package/manifest.ts";
import { decide } from "../../src/tasks/decide.ts";
import { toFindings } from "../../src/tasks/detect.ts";
import { detectorInput, inputSize } from "../../src/tasks/detector-input.ts";
import { assert, random, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { rejects } from "../support/errors.ts";
import { hostTensors } from "../support/host-tensors.ts";
import { DECODERS, detectorEntry } from "../support/manifest.ts";

const test = suite("detect");
const entry: DetectorEntry = { ...detectorEntry(DECODERS.boxes), labels: ["a", "b"] };

test("sizes by rule: shortest edge, fit, stretch, never nothing", () => {
  const rule = { rule: "shortest-edge", shortestEdge: 800, longestEdge: 1333, padMultiple: 32 } as const;
  const fit = { rule: "fit", height: 640, width: 512 } as const;
  const cases = [
    [rule, [2874, 1183], [1333, 549, 1344, 576]],
    [rule, [1, 60000], [1, 1333, 32, 1344]],
    [{ ...rule, padMultiple: 1 }, [100, 100], [800, 800, 800, 800]],
    [fit, [1280, 600], [640, 300, 640, 512]],
    [fit, [100, 200], [256, 512, 640, 512]],
    [fit, [3, 5000], [1, 512, 640, 512]],
    [{ rule: "stretch", height: 64, width: 96 }, [500, 3], [64, 96, 64, 96]],
  ] as const;
  for (const [resize, [height, width], expected] of cases) {
    const size = inputSize(resize, { height, width });
    assert.equal([size.height, size.width, size.paddedHeight, size.paddedWidth], expected);
  }
});

test("the input is normalised in the picture and zero beside it, whatever the mean", async () => {
  const [backend] = await backendCases();
  await withBackend(backend!, async (instance) => {
    const { image } = instance;
    const pixels = Uint8Array.from({ length: 30 * 20 }, (_, i) => (i * 13) % 256);
    const input = { ...entry.input, resize: { rule: "fit", height: 24, width: 32 }, std: [2, 3, 4] } as const;
    const wanted = detectorInput(input, { height: 30, width: 20 });
    assert.equal([wanted.height, wanted.width, wanted.paddedHeight, wanted.paddedWidth], [24, 16, 24, 32]);
    const made = await image.inputs({ pixels, height: 30, width: 20 }, [wanted]);
    const tensors = await hostTensors(instance, made.tensors);
    const resized = await image.resize({ pixels, height: 30, width: 20 }, 24, 16);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < 24; y++)
        for (let x = 0; x < 32; x++) {
          const inside = Math.fround((resized.pixels[y * 16 + x]! - input.mean[c]!) / input.std[c]!);
          const found = tensors[0]![(c * 24 + y) * 32 + x]!;
          assert.ok(Math.abs(found - (x < 16 ? inside : 0)) < 1e-4);
        }
  });
});

test("boxes are scaled in float32, clipped, and dropped where nothing is left", async () => {
  const next = random(9);
  const [size, original] = [
    { height: 389, width: 320 },
    { height: 2140, width: 1760 },
  ];
  const count = 60;
  const boxes = Float32Array.from({ length: 4 * count }, (_, i) =>
    Math.fround(next() * 500 - 60 + (i % 4 > 1 ? 40 : 0)),
  );
  const scores = Float32Array.from({ length: count }, (_, i) => 1 - i / count);
  const classes = Array.from({ length: count }, (_, i) => i % 2);
  const expected = scores.reduce<unknown[]>((list, score, i) => {
    const [sx, sy] = [Math.fround(1760 / 320), Math.fround(2140 / 389)];
    const [x0, y0, x1, y1] = Array.from(boxes.subarray(4 * i, 4 * i + 4), (v, k) => {
      const limit = k % 2 === 0 ? 1760 : 2140;
      return Math.min(Math.max(Math.fround(v * (k % 2 === 0 ? sx : sy)), 0), limit);
    }) as [number, number, number, number];
    if (x1 > x0 && y1 > y0) list.push({ label: "ab"[i % 2], score, box: [x0, y0, x1, y1] });
    return list;
  }, []);
  assert.ok(expected.length > 10 && expected.length < count);
  for (const backend of await backendCases()) {
    await withBackend(backend, async ({ detection }) => {
      assert.equal(await toFindings(detection, entry, { boxes, size, scores, classes }, original), expected);
      const one = (score: number, label: number) => {
        const raw = {
          boxes: Float32Array.of(1, 1, 9, 9),
          size,
          scores: Float32Array.of(score),
          classes: [label],
        };
        return () => toFindings(detection, entry, raw, original);
      };
      for (const score of [NaN, 1.5, -0.1])
        await rejects(one(score, 0), "INVALID_PACKAGE", /scores from 0 to 1/);
      for (const label of [2, -1]) await rejects(one(0.5, label), "INVALID_PACKAGE", /classes from 0 to 1/);
    });
  }
});

test("the decision rule: the threshold itself is abnormal, the score itself stays", () => {
  const found = [0.9, 0.5, 0.49].map((score) => ({ label: "a", score, box: [0, 0, 1, 1] as const }));
  const at = (probability: number) => {
    const abnormal = { probability, threshold: 0.28, positive: probability >= 0.28, members: [] };
    return decide(found, abnormal, { abnormal: 0.28, findingWhenNormal: 0.5 });
  };
  assert.equal(at(0.28), { findings: found, suppressed: [] });
  assert.equal(at(0.2799), { findings: found.slice(0, 2), suppressed: found.slice(2) });
  const unknown = decide(found, null, { abnormal: 0.28, findingWhenNormal: 0.5 });
  assert.equal(unknown, { findings: found, suppressed: [] });
});

test("operating points of the detector hold on every picture, before the decision rule", () => {
  const found = (
    [
      ["a", 0.9],
      ["b", 0.6],
      ["a", 0.4],
      ["c", 0.1],
    ] as const
  ).map(([label, score]) => ({ label, score, box: [0, 0, 1, 1] as const }));
  const thresholds = { abnormal: 0.5, findingWhenNormal: 0.5, finding: { a: 0.4, b: 0.61 } };
  const at = (probability: number) =>
    decide(found, { probability, threshold: 0.5, positive: probability >= 0.5, members: [] }, thresholds);
  const [first, second, third, fourth] = found;
  assert.equal(at(0.7), { findings: [first, third, fourth], suppressed: [second] });
  assert.equal(at(0.1), { findings: [first], suppressed: [second, third, fourth] });
  assert.equal(decide(found, null, thresholds), at(0.7));
});

test.run();
