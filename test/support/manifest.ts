/** A valid manifest with every property, for tests to damage. */
import type { Decoder, DetectorEntry, DetectorResize, Manifest } from "../../src/package/manifest.ts";
import { sha256Hex } from "../../src/platform/hash.ts";

export const ONNX = new TextEncoder().encode("network");
export const PNG = new TextEncoder().encode("picture");

const FILTER = { scoreThreshold: 0.05, candidatesPerLevel: 1000, iouThreshold: 0.5, maxDetections: 100 };

/** One decoder of every form. */
export const DECODERS = {
  boxes: { kind: "boxes", boxes: "boxes", scores: "scores", classes: "classes" },
  anchors: {
    kind: "anchors",
    levels: [{ scores: "scores_0", deltas: "deltas_0", stride: 8, anchors: [[32, 16]] }],
    offset: 0.5,
    activation: "sigmoid",
    deltaOrder: "yxhw",
    weights: [1, 1, 1, 1],
    scaleClamp: 4.135,
    ...FILTER,
  },
  yoloV5Rows: { kind: "yolo-v5", output: { rows: "rows" }, ...FILTER },
  yoloV5Maps: {
    kind: "yolo-v5",
    output: { levels: [{ map: "map_0", stride: 8, anchors: [[10, 13]] }] },
    ...FILTER,
  },
  yoloV8Rows: { kind: "yolo-v8", output: { rows: "rows" }, ...FILTER },
  yoloV8Maps: { kind: "yolo-v8", output: { bins: 16, levels: [{ map: "map_0", stride: 8 }] }, ...FILTER },
} as const satisfies Record<string, Decoder>;

export const RESIZES: readonly DetectorResize[] = [
  { rule: "shortest-edge", shortestEdge: 800, longestEdge: 1333, padMultiple: 32 },
  { rule: "fit", height: 640, width: 640 },
  { rule: "stretch", height: 512, width: 512 },
];

export const detectorEntry = (decoder: Decoder, resize = RESIZES[0]!): DetectorEntry => ({
  name: "finder",
  architecture: "retinanet",
  file: "networks/finder.onnx",
  sha256: sha256Hex(ONNX),
  input: { resize, colorOrder: "BGR", mean: [1, 2, 3], std: [1, 1, 1] },
  inputName: "image",
  sizeInputName: "size",
  decoder,
  labels: ["lesion"],
});

export const sampleManifest = (): Manifest => ({
  schema: "spinexr.model/1",
  name: "sample",
  version: "1.0",
  kind: "vindr-spinexr",
  license: "Apache-2.0",
  intendedUse: "Tests.",
  provenance: { source: "This file.", training: "None.", notes: "None." },
  warnings: ["Not a network."],
  classifiers: [
    {
      name: "member",
      architecture: "densenet121",
      file: "networks/member.onnx",
      sha256: sha256Hex(ONNX),
      input: {
        height: 224,
        width: 224,
        resize: "stretch",
        colorOrder: "BGR",
        mean: [1, 2, 3],
        std: [1, 1, 1],
      },
      inputName: "image",
      outputName: "logits",
      labels: ["abnormal"],
    },
  ],
  detector: detectorEntry(DECODERS.anchors),
  ensemble: { rule: "mean-logit", clip: 1e-6 },
  thresholds: { abnormal: 0.28, findingWhenNormal: 0.5 },
  selfTest: { file: "golden.png", sha256: sha256Hex(PNG), logits: { member: [0.5] }, tolerance: 1e-3 },
});

/** The files of a package around a manifest. */
export const packageFiles = (manifest: unknown = sampleManifest()): Map<string, Uint8Array> =>
  new Map([
    ["model.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["networks/member.onnx", ONNX],
    ["networks/finder.onnx", ONNX],
    ["golden.png", PNG],
  ]);
