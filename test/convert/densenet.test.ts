import { readFileSync } from "node:fs";
import { densenet } from "../../src/convert/architectures/densenet.ts";
import { architectureNames, findFamily } from "../../src/convert/architectures/families.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import type { StateDict } from "../../src/convert/checkpoint/state-dict.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { assert, random, shared, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { runOnnxruntime } from "../support/onnxruntime.ts";
import { type DenseNetSize, randomDenseNet, TINY } from "../support/random-densenet.ts";
import { referenceDenseNet } from "../support/reference-densenet.ts";
import { referenceDisplay, referencePlanes, referenceResize } from "../support/reference-preprocess.ts";
import { type TestState, writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("densenet");
const read = (state: TestState): Promise<StateDict> => readCheckpoint(writeCheckpoint(state));
const convert = async (state: TestState, arch = "densenet") =>
  densenet.convert(await read(state), arch, null);

test("both spellings compute what their definition says, with and without the last ReLU, in batches", async () => {
  const sizes: DenseNetSize[] = [
    TINY,
    { ...TINY, style: "torchvision", outputs: 3 },
    { ...TINY, blocks: [1, 3], init: 6, growth: 5, bottleneck: 7, outputs: 2 },
  ];
  for (const size of sizes) {
    const next = random(3);
    const state = randomDenseNet(size, next);
    const [height, width] = [40, 33];
    const images = [0, 1].map(() =>
      Float32Array.from({ length: 3 * height * width }, () => 200 * next() - 100),
    );
    const { model, outputs, notes } = await convert(state);
    assert.is(outputs, size.outputs);
    assert.match(notes.join(" "), size.style === "reference" ? /no ReLU follows/ : /a ReLU follows/);
    const batch = Float32Array.from(images.flatMap((image) => [...image]));
    const found = await runOnnxruntime(writeModel(model), [2, 3, height, width], batch);
    const expected = images.flatMap((image) => referenceDenseNet(state, size, image, height, width));
    assert.is(found.length, expected.length);
    expected.forEach((value, index) => {
      assert.ok(Math.abs(found[index]! - value) < 1e-4, `${found[index]} is not ${value}`);
    });
  }
});

test("the same checkpoint gives the same bytes", async () => {
  const state = randomDenseNet(TINY, random(4));
  const [first, second] = [
    writeModel((await convert(state)).model),
    writeModel((await convert(state)).model),
  ];
  assert.is(sha256Hex(first), sha256Hex(second));
});

test("what does not fit is named: missing, unexpected, misshapen", async () => {
  const change = async (
    edit: (state: Map<string, { dims: readonly number[]; data: Float32Array }>) => void,
    message: RegExp,
    arch = "densenet",
  ) => {
    const state = new Map(randomDenseNet(TINY, random(5)));
    edit(state);
    await rejects(() => convert(state, arch), "INVALID_CHECKPOINT", message);
  };
  const ones = (dims: number[]) => ({
    dims,
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(1),
  });
  await change((s) => s.delete("backbone.norm5.bias"), /1 missing: "backbone\.norm5\.bias"\.$/);
  await change((s) => s.set("backbone.extra", ones([1])), /1 unexpected: "backbone\.extra"\.$/);
  await change(
    (s) => s.set("backbone.norm5.bias", ones([3])),
    /"backbone\.norm5\.bias" is \[3\], expected \[32\]/,
  );
  await change((s) => s.delete("backbone.block1.denselayer1.conv2.weight"), /1 missing: .*conv2\.weight/);
  await change((s) => s.delete("backbone.stem.0.weight"), /does not look like densenet/);
  await change((s) => s.delete("head.heads.0.weight"), /1 missing: "head\.heads\.0\.weight"/);
  await change((s) => s.delete("backbone.block1.denselayer1.conv1.weight"), /no dense blocks/);
  await change((s) => s.set("head.heads.0.weight", ones([0, 32])), /empty/);
  await change(() => {}, /6-12-24-16 layers; the file has 2-2-2-2.*missing/, "densenet121");
  await change((s) => s.set("backbone.stem.0.weight", ones([16, 1, 7, 7])), /expected \[16, 3, 7, 7\]/);
});

test("weights that are not finite, and negative variances, are refused", async () => {
  for (const [name, value] of [
    ["backbone.norm5.weight", Number.NaN],
    ["head.heads.0.weight", Number.POSITIVE_INFINITY],
    ["backbone.norm5.running_var", -1],
  ] as const) {
    const state = randomDenseNet(TINY, random(6));
    state.get(name)!.data[2] = value;
    await rejects(() => convert(state), "INVALID_CHECKPOINT", new RegExp(`Element 2 of tensor "${name}"`));
  }
});

test("an unknown architecture gets the list and the nearest name", async () => {
  await rejects(
    () => findFamily("densnet121"),
    "INVALID_ARGUMENT",
    /Did you mean "densenet121"\?.*densenet201/,
  );
  assert.equal(architectureNames, [
    "densenet121",
    "densenet169",
    "densenet201",
    "densenet",
    "sparse-rcnn",
    "retinanet",
    "faster-rcnn",
  ]);
});

test("the golden checkpoint answers as the reference implementation did", async () => {
  const golden = JSON.parse(readFileSync(shared("golden/models/densenet121.expected.json"), "utf8"));
  const state = await readCheckpoint(readFileSync(shared("golden/models/densenet121.pth")));
  const onnx = writeModel(densenet.convert(state, "densenet121", null).model);
  const wanted = golden.images.find(({ image }: { image: string }) => image === "CR_MONO1_10_chest.png");

  const file = readFileSync(shared("third_party/radiographs/CR_MONO1_10_chest.dcm"));
  const { samples, height, width, bitsStored, voi } = await readRadiograph(file);
  assert.is(voi.kind, "window");
  const { center, width: windowWidth } = voi as Extract<typeof voi, { kind: "window" }>;
  const display = referenceDisplay(samples, {
    center,
    width: windowWidth,
    bits: bitsStored,
    monochrome1: true,
  });
  const small = referenceResize(display, [height, width], [224, 224]);
  assert.is(sha256Hex(small), wanted.resized_sha256);
  const logits = await runOnnxruntime(onnx, [1, 3, 224, 224], referencePlanes(small, golden.pixel_mean_bgr));
  assert.ok(Math.abs(logits[0]! - wanted.logit) < 1e-4, `${logits[0]} is not ${wanted.logit}`);
});

test.run();
