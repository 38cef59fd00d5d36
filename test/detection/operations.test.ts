/** The same bits from every build, and what must hold for any boxes. */
import { type DetectionCore, openDetection, SpineXRError } from "../../src/detection/index.ts";
import { assert, random, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { greedy, overlap, scene, shifted } from "./support.ts";

const test = suite("detection: operations");
const cases = await backendCases();
const weights = [10, 10, 5, 5] as const;
const map = (height: number, width: number, scale: number, seed: number) => {
  const next = random(seed);
  return {
    data: Float32Array.from({ length: height * width * 3 }, () => next() - 0.5),
    height,
    width,
    scale,
  };
};

/** Results of all operations as bytes. */
async function everything(ops: DetectionCore): Promise<Uint8Array[]> {
  const { boxes, scores, classes } = scene(700, 5);
  const other = scene(700, 6).boxes;
  const deltas = await ops.encodeBoxes({ boxes, targets: other, weights });
  const clipped = await ops.clipBoxes({ boxes, height: 800, width: 600 });
  const hard = { boxes, scores, classes };
  const linear = await ops.softNms({ ...hard, method: "linear", scoreThreshold: 0.05 });
  const gaussian = await ops.softNms({ ...hard, method: "gaussian", scoreThreshold: 0.05 });
  const levels = await ops.assignLevels({ boxes, lowest: 2, highest: 3 });
  const maps = [map(40, 50, 1 / 4, 1), map(20, 25, 1 / 8, 2)];
  const size = { channels: 3, boxes, levels, outHeight: 7, outWidth: 5 };
  const results = [
    deltas,
    await ops.iou(boxes, other),
    await ops.decodeBoxes({ boxes, deltas, weights, scaleClamp: 4 }),
    clipped.boxes,
    clipped.kept,
    ...Object.values(linear),
    ...Object.values(gaussian),
    levels,
    await ops.nms({ ...hard, iouThreshold: 0.5 }),
    await ops.topK({ scores, k: 100 }),
    await ops.anchors({ height: 9, width: 7, stride: 8, sizes: [32, 40.3], ratios: [0.5, 1, 2] }),
    await ops.roiAlign({ ...size, maps, samplingRatio: 0, aligned: true }),
    await ops.roiAlign({ ...size, maps, samplingRatio: 2, aligned: false }),
  ];
  return results.map(({ buffer }) => new Uint8Array(buffer as ArrayBuffer));
}

for (const entry of cases.slice(1))
  test(`${entry.label} gives the bits of ${cases[0].label}`, async () => {
    const expected = await withBackend(cases[0], ({ detection }) => everything(detection));
    const found = await withBackend(entry, ({ detection }) => everything(detection));
    for (const [i, bytes] of found.entries())
      assert.ok(Buffer.compare(bytes, expected[i]) === 0, `result ${i}`);
  });

const property = (title: string, check: (ops: DetectionCore) => Promise<void>): void =>
  test(title, () => withBackend(cases[0], ({ detection }) => check(detection)));

property("nms is the greedy definition, also of 5,000 boxes", async (ops) => {
  for (const [n, seed] of [
    [1, 1],
    [60, 2],
    [5000, 3],
  ]) {
    const all = scene(n, seed);
    const kept = [...(await ops.nms({ ...all, iouThreshold: 0.4 }))];
    assert.equal(kept, greedy(all, shifted(all), 0.4));
    const { boxes, scores } = all;
    assert.equal([...(await ops.nms({ boxes, scores, iouThreshold: 0.4 }))], greedy(all, boxes, 0.4));
    assert.equal([...(await ops.nms({ ...all, iouThreshold: 0.4, maxSelected: 3 }))], kept.slice(0, 3));
  }
});

property("nms of its own result keeps everything", async (ops) => {
  const { boxes, scores } = scene(500, 9);
  const kept = await ops.nms({ boxes, scores, iouThreshold: 0.3 });
  const again = {
    boxes: Float32Array.from([...kept].flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)])),
    scores: Float32Array.from(kept, (i) => scores[i]),
  };
  assert.equal([...(await ops.nms({ ...again, iouThreshold: 0.3 }))], [...kept.keys()]);
  for (const i of kept) for (const j of kept) assert.ok(i === j || overlap(boxes, i, j) <= 0.3);
});

property(
  "nms: a sorted subset without overlaps of one class, whatever the order of its input",
  async (ops) => {
    for (const [n, seed, iouThreshold] of [
      [1, 31, 0.5],
      [257, 32, 0.05],
      [1000, 33, 0.5],
      [1000, 34, 0.9],
    ]) {
      const { boxes, classes } = scene(n, seed);
      // All different, so that the order of the input says nothing.
      const scores = Float32Array.from({ length: n }, (_, i) => ((i * 101) % n) / n);
      const kept = await ops.nms({ boxes, scores, classes, iouThreshold });
      assert.is(new Set(kept).size, kept.length);
      for (const [rank, i] of kept.entries()) {
        assert.ok(i >= 0 && i < n);
        assert.ok(rank === 0 || scores[kept[rank - 1]] >= scores[i], "falling score");
        for (const j of kept.subarray(0, rank))
          assert.ok(
            classes[i] !== classes[j] || overlap(boxes, i, j) <= iouThreshold + 1e-6,
            `${i} and ${j}`,
          );
      }
      assert.is(new Set(scores).size, n);
      const order = Array.from({ length: n }, (_, i) => (i * 389 + 7) % n);
      assert.is(new Set(order).size, n);
      const again = await ops.nms({
        boxes: Float32Array.from(order.flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)])),
        scores: Float32Array.from(order, (i) => scores[i]),
        classes: Int32Array.from(order, (i) => classes[i]),
        iouThreshold,
      });
      assert.equal(
        Array.from(again, (i) => order[i]),
        [...kept],
      );
    }
  },
);

property("empty inputs, NaN and equal boxes", async (ops) => {
  const none = new Float32Array(0);
  assert.is((await ops.nms({ boxes: none, scores: none, iouThreshold: 0.5 })).length, 0);
  assert.is((await ops.iou(none, none)).length, 0);
  assert.is((await ops.topK({ scores: none, k: 4 })).length, 0);
  assert.is((await ops.decodeBoxes({ boxes: none, deltas: none, weights, scaleClamp: 4 })).length, 0);
  const one = [1, 1, 9, 9];
  const boxes = Float32Array.from([...one, ...one, NaN, 1, 9, 9, ...one, -Infinity, 0, Infinity, 9]);
  const scores = Float32Array.from([0.5, 0.5, 0.9, NaN, 0.7]);
  assert.equal([...(await ops.nms({ boxes, scores, iouThreshold: 0.5 }))], [2, 4, 0]);
  assert.equal([...(await ops.topK({ scores, k: 9 }))], [2, 4, 0, 1]);
  assert.equal([...(await ops.clipBoxes({ boxes, height: 5, width: 5 })).kept], [0, 1, 3, 4]);
  const soft = await ops.softNms({ boxes, scores, method: "linear", scoreThreshold: 0.1 });
  assert.equal([...soft.kept], [2, 4, 0]);
});

property("decode(encode(x)) = x", async (ops) => {
  const [{ boxes }, { boxes: targets }] = [scene(300, 21), scene(300, 22)];
  const deltas = await ops.encodeBoxes({ boxes, targets, weights });
  const found = await ops.decodeBoxes({ boxes, deltas, weights, scaleClamp: 1000 });
  for (const [i, value] of targets.entries()) assert.ok(Math.abs(found[i] - value) < 0.01, `${i}`);
});

test("wrong arguments are refused, and calls after dispose()", async () => {
  const ops = await openDetection();
  const boxes = new Float32Array(8);
  const scores = new Float32Array(2);
  const size = { boxes, channels: 3, outHeight: 2, outWidth: 2, samplingRatio: 0, aligned: true };
  const refused: readonly (() => Promise<unknown>)[] = [
    () => ops.nms({ boxes: new Float32Array(7), scores, iouThreshold: 0.5 }),
    () => ops.nms({ boxes, scores: new Float32Array(3), iouThreshold: 0.5 }),
    () => ops.nms({ boxes, scores, iouThreshold: 1.5 }),
    () => ops.nms({ boxes, scores, iouThreshold: 0.5, classes: Int32Array.of(0, -1) }),
    () => ops.nms({ boxes: [0, 0, 1, 1] as never, scores, iouThreshold: 0.5 }),
    () => ops.decodeBoxes({ boxes, deltas: new Float32Array(12), weights, scaleClamp: 4 }),
    () => ops.encodeBoxes({ boxes, targets: boxes, weights: [1, 1, 0, 1] }),
    () => ops.topK({ scores, k: -1 }),
    () => ops.softNms({ boxes, scores, method: "hard" as never }),
    () => ops.anchors({ height: 0, width: 1, stride: 8, sizes: [1], ratios: [1] }),
    () => ops.roiAlign({ ...size, maps: [map(4, 4, 1, 1)], levels: Int32Array.of(0, 1) }),
    () => ops.roiAlign({ ...size, maps: [map(4, 4, 1, 1), map(2, 2, 1, 1)] }),
  ];
  const codeOf = (call: () => Promise<unknown>): Promise<string> =>
    call().then(
      () => "",
      (error) => (error instanceof SpineXRError ? error.code : String(error)),
    );
  for (const call of refused) assert.is(await codeOf(call), "INVALID_ARGUMENT", String(call));
  await ops.dispose();
  assert.is(await codeOf(() => ops.iou(boxes, boxes)), "DISPOSED");
});

test.run();
