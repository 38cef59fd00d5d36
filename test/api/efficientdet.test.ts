/** EfficientDet-D0 through ONNX and a manifest: raw maps against onnxruntime-web, boxes against float64. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, loadNetwork, readImage } from "../../src/index.node.ts";
import { writeModel } from "../../src/onnx/write.ts";
import type { AnchorDecoder } from "../../src/package/manifest.ts";
import { inputSize } from "../../src/tasks/detector-input.ts";
import { dimsOf, reader } from "../decoders/head.ts";
import { anchorsReference, iou } from "../decoders/reference.ts";
import { assert, random, suite } from "../shim.ts";
import { anchorsOf, efficientDet, STRIDES } from "../support/efficientdet.ts";
import { runOnnxruntimeOutputs } from "../support/onnxruntime.ts";
import { tinyEntry, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("efficientdet");
const folder = mkdtempSync(join(tmpdir(), "spinexr-efficientdet-"));
test.after(() => rmSync(folder, { recursive: true }));

const LABELS = ["one", "two", "three", "four", "five", "six", "seven"];
const model = efficientDet(LABELS.length, random(77));
const onnx = writeModel(model);

const decoder: AnchorDecoder = {
  kind: "anchors",
  levels: STRIDES.map((stride, i) => ({
    scores: `classes_${i}`,
    deltas: `boxes_${i}`,
    stride,
    anchors: anchorsOf(stride),
  })),
  offset: 0.5,
  activation: "none",
  deltaOrder: "yxhw",
  weights: [1, 1, 1, 1],
  scaleClamp: 4,
  scoreThreshold: 0.2,
  candidatesPerLevel: 2000,
  iouThreshold: 0.5,
  maxDetections: 100,
};

test("raw outputs equal onnxruntime-web's, boxes those that float64 makes of them", async () => {
  const [height, width] = [256, 128];
  const next = random(8);
  const pixels = Uint8Array.from({ length: height * width }, () => 256 * next());
  const image = await readImage(pixels, { raw: { height, width, bits: 8 } });
  const input = {
    resize: { rule: "fit", height, width },
    colorOrder: "RGB",
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  } as const;
  assert.equal(inputSize(input.resize, image), { height, width, paddedHeight: height, paddedWidth: width });
  const planes = Float32Array.from({ length: 3 * height * width }, (_, i) => {
    const plane = Math.floor(i / (height * width));
    return (pixels[i % (height * width)]! - input.mean[plane]!) / input.std[plane]!;
  });
  const tensor = { dims: [1, 3, height, width], data: planes };
  const expected = await runOnnxruntimeOutputs(onnx, tensor);

  for (const backend of ["cpu", "wasm"] as const) {
    await using network = await loadNetwork(onnx, { backend, threads: 2 });
    const outputs = await network.run({ image: tensor });
    for (const [name, { dims, data }] of Object.entries(expected)) {
      assert.equal(outputs[name]!.dims, dims);
      const largest = data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      const worst = data.reduce(
        (m, v, i) => Math.max(m, Math.abs(v - (outputs[name]!.data[i] as number))),
        0,
      );
      assert.ok(largest > 1e-3 && worst < 1e-4 * largest, `${backend} ${name}: ${worst} of ${largest}`);
    }
  }

  const data = STRIDES.map((stride, i) => {
    const [h, w] = [height / stride, width / stride];
    const read = (name: string, columns: number) => {
      assert.equal(expected[`${name}_${i}`]!.dims, dimsOf("rows", h, w, 9, columns));
      return reader(expected[`${name}_${i}`]!.data, "rows", h, w, 9, columns);
    };
    return { height: h, width: w, scores: read("classes", LABELS.length), deltas: read("boxes", 4) };
  });
  const clipped = (v: number, k: number): number => Math.min(Math.max(v, 0), k % 2 === 0 ? width : height);
  const wanted = anchorsReference(decoder, data, LABELS.length)
    .map((detection) => ({ ...detection, box: detection.box.map(clipped) }))
    .filter(({ box }) => box[2]! > box[0]! && box[3]! > box[1]!);
  assert.ok(wanted.length > 30, `${wanted.length} boxes`);

  const reference = writeDetectorPackage(join(folder, "d0"), model, (manifest) => ({
    ...manifest,
    detector: tinyEntry(onnx, { input, decoder, labels: LABELS }),
  }));
  for (const backend of ["cpu", "wasm"] as const) {
    await using loaded = await loadModel(reference, { backend, threads: 2 });
    const found = await loaded.detect(image);
    assert.ok(Math.abs(found.length - wanted.length) <= 1, `${found.length} boxes, not ${wanted.length}`);
    const met = wanted.filter(({ box, score, label }) =>
      found.some(
        (f) => f.label === LABELS[label] && Math.abs(f.score - score) < 1e-4 && iou(f.box, box) > 0.999,
      ),
    );
    assert.ok(met.length >= wanted.length - 1, `${met.length} of ${wanted.length}`);
  }
});

test.run();
