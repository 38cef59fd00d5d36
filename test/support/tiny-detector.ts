/** Packages around a detector of two convolutions with random weights, for tests of what surrounds networks. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { NodeBuilder } from "../../src/onnx/node-builder.ts";
import { writeModel } from "../../src/onnx/write.ts";
import type { AnchorDecoder, DetectorEntry, Manifest } from "../../src/package/manifest.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { random } from "../shim.ts";

export const LABELS = ["Osteophytes", "Surgical implant"];
const STRIDE = 16;
const ANCHORS = [
  [40, 24],
  [20, 60],
] as const;

/** Scores and deltas, each one convolution of stride 16 over the picture. */
export function tinyDetector(seed = 3): OnnxModel {
  const next = random(seed);
  const b = new NodeBuilder();
  const outputs = ["scores", "deltas"].map((name) => {
    const channels = ANCHORS.length * (name === "scores" ? LABELS.length : 4);
    const count = channels * 3 * STRIDE * STRIDE;
    const weights = Float32Array.from({ length: count }, () => (next() - 0.5) * 1e-3);
    const weight = b.floats(`${name}_weight`, weights, [channels, 3, STRIDE, STRIDE]);
    b.node("Conv", name, ["image", weight], { strides: { ints: [STRIDE, STRIDE] } });
    return { name, type: "float", dims: [1, channels, "H", "W"] } as const;
  });
  return {
    irVersion: 8,
    producerName: "test",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "tiny",
      nodes: b.nodes,
      initializers: b.initializers,
      inputs: [{ name: "image", type: "float", dims: [1, 3, "height", "width"] }],
      outputs,
    },
  };
}

export const TINY_DECODER: AnchorDecoder = {
  kind: "anchors",
  levels: [{ scores: "scores", deltas: "deltas", stride: STRIDE, anchors: ANCHORS }],
  offset: 0.5,
  activation: "sigmoid",
  deltaOrder: "xywh",
  weights: [1, 1, 1, 1],
  scaleClamp: 4,
  scoreThreshold: 0.05,
  candidatesPerLevel: 100,
  iouThreshold: 0.5,
  maxDetections: 50,
};

export function tinyEntry(onnx: Uint8Array, changes: Partial<DetectorEntry> = {}): DetectorEntry {
  return {
    name: "finder",
    architecture: "two convolutions",
    file: "finder.onnx",
    sha256: sha256Hex(onnx),
    input: {
      resize: { rule: "shortest-edge", shortestEdge: 120, longestEdge: 200, padMultiple: 32 },
      colorOrder: "BGR",
      mean: [103.53, 116.28, 123.675],
      std: [1, 1, 1],
    },
    inputName: "image",
    sizeInputName: null,
    decoder: TINY_DECODER,
    labels: LABELS,
    ...changes,
  };
}

/** The shipped sample with a detector beside its classifier; `change` makes other packages of it. */
export function writeDetectorPackage(
  folder: string,
  model: OnnxModel = tinyDetector(),
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "../../models/sample-tiny"), folder, { recursive: true });
  const onnx = writeModel(model);
  writeFileSync(join(folder, "finder.onnx"), onnx);
  const sample = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as Manifest;
  const manifest = change({ ...sample, detector: tinyEntry(onnx) });
  writeFileSync(join(folder, "model.json"), JSON.stringify(manifest));
  return folder;
}
