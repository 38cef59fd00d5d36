/** Packages that are damaged or do not fit together are refused with a typed error each, before any picture comes. */
import { mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorCode } from "../../src/api/errors.ts";
import { loadModel } from "../../src/api/load-model.ts";
import { parseModel } from "../../src/onnx/import.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import type { DetectorEntry, Manifest } from "../../src/package/manifest.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { TINY_DECODER, tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("damaged packages");
const work = mkdtempSync(join(tmpdir(), "spinexr-damaged-"));
test.after(() => rmSync(work, { recursive: true }));
let made = 0;

const write = (model?: OnnxModel, change?: (manifest: Manifest) => Manifest): string =>
  writeDetectorPackage(join(work, `${++made}`), model, change);

const refused = (folder: string, code: ErrorCode, message: RegExp) =>
  rejects(() => loadModel(folder, { backend: "cpu", threads: 1 }), code, message);

const withDetector = (changes: Partial<DetectorEntry>) => (manifest: Manifest) => ({
  ...manifest,
  detector: { ...manifest.detector!, ...changes },
});

/** The package with its classifier's network changed, hash included. */
function withClassifier(change: (model: OnnxModel) => OnnxModel): string {
  const folder = write();
  const file = join(folder, "densenet.onnx");
  const bytes = writeModel(change(parseModel(new Uint8Array(readFileSync(file)))));
  writeFileSync(file, bytes);
  const manifest = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  manifest.classifiers[0].sha256 = sha256Hex(bytes);
  writeFileSync(join(folder, "model.json"), JSON.stringify(manifest));
  return folder;
}

/** One weight's element, or dims, replaced. */
const withWeight =
  (change: (tensor: OnnxModel["graph"]["initializers"][number]) => object) =>
  (model: OnnxModel): OnnxModel => {
    const [first, ...rest] = model.graph.initializers;
    return {
      ...model,
      graph: { ...model.graph, initializers: [{ ...first!, ...change(first!) }, ...rest] },
    };
  };
const notANumber = withWeight(({ data }) => {
  const copy = Float32Array.from(data as Float32Array);
  copy[copy.length - 1] = NaN;
  return { data: copy };
});
const otherShape = withWeight(({ dims }) => ({ dims: [dims[0]! * dims[1]!, ...dims.slice(2), 1] }));
const cyclic = (model: OnnxModel): OnnxModel => {
  const [first, ...rest] = model.graph.nodes;
  const inputs = [model.graph.outputs[0]!.name, ...first!.inputs.slice(1)];
  return { ...model, graph: { ...model.graph, nodes: [{ ...first!, inputs }, ...rest] } };
};

test("files: missing, changed, of another version, outside the folder", async () => {
  for (const file of ["finder.onnx", "densenet.onnx", "golden.png"]) {
    const missing = write();
    unlinkSync(join(missing, file));
    await refused(missing, "INVALID_PACKAGE", /incomplete/);
    const changed = write();
    const bytes = readFileSync(join(changed, file));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(changed, file), bytes);
    await refused(changed, "HASH_MISMATCH", new RegExp(file));
  }
  const version = (manifest: Manifest) => ({ ...manifest, schema: "spinexr.model/2" }) as never;
  await refused(write(undefined, version), "INVALID_PACKAGE", /\$\.schema is "spinexr\.model\/2"/);
  const outside = withDetector({ file: "../finder.onnx" });
  await refused(write(undefined, outside), "INVALID_PACKAGE", /\$\.detector\.file.*path inside the package/);
});

test("networks: NaN weights, wrong shapes, cycles, bytes that are no network", async () => {
  await refused(
    write(notANumber(tinyDetector())),
    "INVALID_PACKAGE",
    /finder\.onnx.*"scores_weight" is not a number/,
  );
  await refused(withClassifier(notANumber), "INVALID_PACKAGE", /densenet\.onnx.*is not a number/);
  await refused(write(otherShape(tinyDetector())), "SHAPE_MISMATCH", /finder\.onnx/);
  await refused(withClassifier(otherShape), "SHAPE_MISMATCH", /densenet\.onnx/);
  await refused(write(cyclic(tinyDetector())), "INVALID_ONNX", /finder\.onnx.*topological order/);
  await refused(withClassifier(cyclic), "INVALID_ONNX", /densenet\.onnx.*topological order/);
  const text = write();
  const bytes = new TextEncoder().encode("this is not a network");
  writeFileSync(join(text, "finder.onnx"), bytes);
  const manifest = JSON.parse(readFileSync(join(text, "model.json"), "utf8"));
  manifest.detector.sha256 = sha256Hex(bytes);
  writeFileSync(join(text, "model.json"), JSON.stringify(manifest));
  await refused(text, "INVALID_ONNX", /finder\.onnx/);
});

test("manifests that do not fit the detector's network", async () => {
  const decoder = (changes: object) => withDetector({ decoder: { ...TINY_DECODER, ...changes } });
  const level = TINY_DECODER.levels[0]!;
  const cases: [(manifest: Manifest) => Manifest, RegExp][] = [
    [withDetector({ inputName: "picture" }), /expects the float inputs "picture".*"image" \(float\)/],
    [withDetector({ sizeInputName: "size" }), /expects the float inputs "image" and "size"/],
    [withDetector({ labels: ["one"] }), /expects \[1, any, 1\] or \[1, 2, any, any\].*found \[1, 4, H, W\]/],
    [decoder({ levels: [{ ...level, deltas: "delta" }] }), /output "delta".*scores, deltas/],
    [decoder({ levels: [{ ...level, anchors: [[8, 8]] }] }), /expects .* of the ONNX output "scores"/],
    [
      withDetector({ decoder: { kind: "boxes", boxes: "scores", scores: "deltas", classes: "x" } }),
      /output "x"/,
    ],
  ];
  for (const [change, message] of cases) await refused(write(undefined, change), "INVALID_PACKAGE", message);

  // Maps are no finished boxes.
  const { graph, ...rest } = tinyDetector();
  const copy = { name: "x", op: "Identity", domain: "", inputs: ["scores"], outputs: ["x"], attributes: {} };
  const outputs = [...graph.outputs, { ...graph.outputs[0]!, name: "x" }];
  const maps = { ...rest, graph: { ...graph, nodes: [...graph.nodes, copy], outputs } };
  const boxes = withDetector({ decoder: { kind: "boxes", boxes: "deltas", scores: "scores", classes: "x" } });
  await refused(
    write(maps, boxes),
    "INVALID_PACKAGE",
    /finder\.onnx.*ends in boxes \[m, 4\].*found "boxes" \[1, 8,/,
  );
});

test.run();
