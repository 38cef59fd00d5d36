import * as ort from "onnxruntime-web";
import { loadNetwork } from "../../src/api/load-network.ts";
import { retinanet } from "../../src/convert/architectures/retinanet.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import type { ConfigTree } from "../../src/convert/config/read-yaml.ts";
import { writeModel } from "../../src/onnx/write.ts";
import type { AnchorDecoder } from "../../src/package/manifest.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import {
  type BackboneSize,
  type RetinaNetSize,
  randomDetector,
  TINY_RETINANET,
} from "../support/random-detector.ts";
import { type Maps, referenceRetinaNet } from "../support/reference-retinanet.ts";
import { type TestState, writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("retinanet");
const convert = async (state: TestState, config: ConfigTree | null = null) =>
  retinanet.convert(await readCheckpoint(writeCheckpoint(state)), "retinanet", config);

const size = (change: Partial<BackboneSize>, head: Partial<RetinaNetSize> = {}): RetinaNetSize => ({
  ...TINY_RETINANET,
  ...head,
  backbone: { ...TINY_RETINANET.backbone, ...change },
});
/** What a whole configuration would say, around a change. */
const configured = (resnets: ConfigTree): ConfigTree => ({
  MODEL: {
    META_ARCHITECTURE: "RetinaNet",
    BACKBONE: { NAME: "build_retinanet_resnet_fpn_backbone" },
    RESNETS: resnets,
    FPN: { IN_FEATURES: ["res3", "res4", "res5"] },
    ANCHOR_GENERATOR: { SIZES: [[32, 48, 64]], ASPECT_RATIOS: [[0.5, 1, 2]] },
  },
});

test("every kind of ResNet: float64, onnxruntime and the engine agree on all levels", async () => {
  const cases: [RetinaNetSize, ConfigTree | null, boolean][] = [
    [size({}), null, true],
    [size({}), configured({ STRIDE_IN_1X1: false }), false],
    [size({ groups: 2, width: 6 }), configured({ STRIDE_IN_1X1: false, NUM_GROUPS: 2 }), false],
    [size({ expanded: null, blocks: [2, 2, 2, 2] }), configured({ DEPTH: 18, RES2_OUT_CHANNELS: 4 }), true],
    [size({ stem: 12, blocks: [1, 1, 3, 1], pyramid: 5 }, { convs: 0, classes: 2 }), null, true],
  ];
  for (const [index, [what, config, strideFirst]] of cases.entries()) {
    const next = random(40 + index);
    const state = randomDetector(what, next);
    const [height, width] = [64, 96];
    const data = Float32Array.from({ length: 3 * height * width }, () => 240 * next() - 120);
    const { model, decoder, classes } = await convert(state, config);
    assert.is(classes, what.classes);
    const { levels } = decoder as AnchorDecoder;
    const bytes = writeModel(model);
    const peer = await runPeer(bytes, data, height, width);
    await using network = await loadNetwork(bytes, { threads: 1 });
    const ours = await network.run({ image: { dims: [1, 3, height, width], data } });
    const image: Maps = { channels: 3, height, width, data: Float64Array.from(data) };
    const expected = referenceRetinaNet(state, image, strideFirst);
    assert.equal(
      levels.map(({ stride }) => stride),
      [8, 16, 32, 64, 128],
    );
    levels.forEach(({ scores, deltas }, level) => {
      for (const [name, maps] of [
        [scores, expected[level]![0]],
        [deltas, expected[level]![1]],
      ] as const) {
        assert.equal([...ours[name]!.dims], [1, maps.channels, maps.height, maps.width]);
        compare(`case ${index} ${name}, engine`, ours[name]!.data as Float32Array, maps);
        compare(`case ${index} ${name}, onnxruntime`, peer[name]!.data as Float32Array, maps);
      }
    });
  }
});

function compare(what: string, found: Float32Array, { data }: Maps): void {
  assert.is(found.length, data.length);
  const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
  assert.ok(worst < 2e-5 * scale, `${what}: off by ${worst} where the largest value is ${scale}`);
}

async function runPeer(bytes: Uint8Array, data: Float32Array, height: number, width: number) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes);
  try {
    return await session.run({ image: new ort.Tensor("float32", data, [1, 3, height, width]) });
  } finally {
    await session.release();
  }
}

test("anchors and filter are detectron2's, or the configuration's", async () => {
  const state = randomDetector(TINY_RETINANET, random(50));
  const plain = (await convert(state)).decoder as AnchorDecoder;
  assert.is(plain.offset, 0);
  assert.equal(
    [plain.scoreThreshold, plain.candidatesPerLevel, plain.iouThreshold, plain.maxDetections],
    [0.05, 1000, 0.5, 100],
  );
  assert.is(plain.scaleClamp, Math.log(1000 / 16));
  // Of size s and ratio h / w = r: area s^2, the size outermost.
  for (const [i, size] of [32, 32 * 2 ** (1 / 3), 32 * 2 ** (2 / 3)].entries()) {
    [0.5, 1, 2].forEach((ratio, j) => {
      const [w, h] = plain.levels[0]!.anchors[3 * i + j]!;
      assert.ok(Math.abs(w * h - size ** 2) < 1e-9 && Math.abs(h / w - ratio) < 1e-12);
    });
  }
  const { decoder, input, sizeInputName } = await convert(state, {
    INPUT: { MIN_SIZE_TEST: 640, MAX_SIZE_TEST: 1000, FORMAT: "RGB" },
    TEST: { DETECTIONS_PER_IMAGE: 7 },
    MODEL: {
      ...(configured({}).MODEL as ConfigTree),
      PIXEL_MEAN: [1, 2, 3],
      PIXEL_STD: "(4.0, 5.0, 6.0)",
      ANCHOR_GENERATOR: { SIZES: [[10, 20, 30]], ASPECT_RATIOS: [[1, 2, 4]], OFFSET: 0.5 },
      RETINANET: { SCORE_THRESH_TEST: 0.1, BBOX_REG_WEIGHTS: [1, 2, 3, 4], NUM_CLASSES: 7 },
    },
  });
  assert.is(sizeInputName, null);
  assert.equal(input, {
    resize: { rule: "shortest-edge", shortestEdge: 640, longestEdge: 1000, padMultiple: 32 },
    colorOrder: "RGB",
    mean: [1, 2, 3],
    std: [4, 5, 6],
  });
  const changed = decoder as AnchorDecoder;
  assert.equal([changed.offset, changed.scoreThreshold, changed.maxDetections], [0.5, 0.1, 7]);
  assert.equal(changed.weights, [1, 2, 3, 4]);
  assert.equal(changed.levels[4]!.anchors[0], [10, 10]);
  assert.equal(changed.levels[2]!.anchors[5], [10, 40]);
});

test("buffers that some versions save must agree", async () => {
  const state = randomDetector(TINY_RETINANET, random(51));
  const at = (dims: number[], values: number[]) => ({ dims, data: Float32Array.from(values) });
  state.set("pixel_mean", at([3, 1, 1], [103.53, 116.28, 123.675]));
  await convert(state);
  state.set("pixel_mean", at([3, 1, 1], [123.675, 116.28, 103.53]));
  await rejects(() => convert(state), "INVALID_CHECKPOINT", /"pixel_mean" .* has 123\.6.* gives 103\.53/);
  state.delete("pixel_mean");
  state.set("anchor_generator.cell_anchors.0", at([9, 4], new Array(36).fill(1)));
  await rejects(() => convert(state), "INVALID_CHECKPOINT", /cell_anchors\.0/);
});

test("heads that fit no number of anchors or levels are refused", async () => {
  const three = randomDetector({ ...TINY_RETINANET, anchors: 3 }, random(52));
  await rejects(() => convert(three), "INVALID_CHECKPOINT", /3 anchors per place, but .* gives 9/);
  const odd = randomDetector(TINY_RETINANET, random(53));
  for (const [part, dims] of [
    ["weight", [35, 16, 3, 3]],
    ["bias", [35]],
  ] as const) {
    const length = dims.reduce((a, b) => a * b, 1);
    odd.set(`head.bbox_pred.${part}`, { dims, data: new Float32Array(length) });
  }
  await rejects(() => convert(odd), "INVALID_CHECKPOINT", /35 deltas and 63 scores/);
  const state = randomDetector(TINY_RETINANET, random(54));
  const levels = {
    MODEL: { ...(configured({}).MODEL as ConfigTree), RETINANET: { IN_FEATURES: ["p2", "p3"] } },
  };
  await rejects(() => convert(state, levels), "INVALID_CHECKPOINT", /reads p2, but the pyramid has p3/);
});

test.run();
