/** A valid manifest with every property, for tests to damage. */
import type { Manifest } from "../../src/package/manifest.ts";
import { sha256Hex } from "../../src/platform/hash.ts";

export const ONNX = new TextEncoder().encode("network");
export const PNG = new TextEncoder().encode("picture");

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
  detector: null,
  ensemble: { rule: "mean-logit", clip: 1e-6 },
  thresholds: { abnormal: 0.28 },
  selfTest: { file: "golden.png", sha256: sha256Hex(PNG), logits: { member: [0.5] }, tolerance: 1e-3 },
});

/** The files of a package around a manifest. */
export const packageFiles = (manifest: unknown = sampleManifest()): Map<string, Uint8Array> =>
  new Map([
    ["model.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["networks/member.onnx", ONNX],
    ["golden.png", PNG],
  ]);
