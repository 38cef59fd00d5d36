/** The reference implementation's probabilities from its own checkpoint and DICOM files, on everything that runs here. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineNetwork } from "../../src/api/network.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { parseModel } from "../../src/onnx/import.ts";
import { openPackage } from "../../src/package/resolve.ts";
import { runClassifiers, toAbnormality } from "../../src/tasks/classify.ts";
import { prepare } from "../../src/tasks/prepare.ts";
import { assert, shared, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { runOnnxruntime } from "../support/onnxruntime.ts";

const test = suite("golden classifier");
const folder = mkdtempSync(join(tmpdir(), "spinexr-golden-"));
test.after(() => rmSync(folder, { recursive: true }));

test("densenet121: every golden image within 1e-4 on every kernel set and wasm build, and in onnxruntime-web", async () => {
  const golden = JSON.parse(readFileSync(shared("golden/models/densenet121.expected.json"), "utf8")) as {
    images: { image: string; probability: number; logit: number }[];
  };
  await convertToPackage({
    checkpointPaths: [shared("golden/models/densenet121.pth")],
    archs: ["densenet121"],
    out: join(folder, "package"),
  });
  const { manifest, read } = await openPackage(join(folder, "package"));
  const [entry] = manifest.classifiers;
  const onnx = await read(entry.file);
  const images = await Promise.all(
    golden.images.map(({ image }) =>
      readRadiograph(readFileSync(shared(`third_party/radiographs/${image.replace(".png", ".dcm")}`))),
    ),
  );
  const cases = await backendCases({ emulated: false });
  assert.ok(cases.length >= 6, `only ${cases.map((c) => c.label).join(", ")} run here`);
  const planes: Float32Array[] = [];
  for (const backend of cases) {
    let worst = 0;
    await withBackend(backend, async (instance) => {
      const network = new EngineNetwork(parseModel(onnx), instance, {
        rejected: [],
        owner: null,
        optimize: true,
      });
      const classifiers = [{ entry, network }];
      for (const [i, image] of images.entries()) {
        const { classify } = await prepare(instance.image, image, { classifiers, detector: null });
        if (planes.length <= i) planes.push([...classify.values()][0]!.data as Float32Array);
        const logits = await runClassifiers(classifiers, classify, instance);
        const { probability } = toAbnormality(manifest, logits);
        worst = Math.max(worst, Math.abs(probability - golden.images[i].probability));
      }
      await network.dispose();
    });
    console.log(`NOTE ${backend.label}: largest difference ${worst.toExponential(1)}`);
    assert.ok(worst < 1e-4, `${backend.label} differs by ${worst}`);
  }
  for (const [i, data] of planes.entries()) {
    const [logit] = await runOnnxruntime(onnx, [1, 3, 224, 224], data);
    assert.ok(Math.abs(logit - golden.images[i].logit) < 1e-3, `onnxruntime-web: ${logit}`);
  }
});

test.run();
