import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSample, SAMPLES } from "../../scripts/make-sample.ts";
import { DEFAULT_MODEL, loadModel } from "../../src/api/load-model.ts";
import { readImage } from "../../src/api/read-image.ts";
import { boxIou } from "../../src/metrics/index.ts";
import { openPackage, shippedPackages } from "../../src/package/resolve.ts";
import { planPhantom } from "../../src/phantom/index.ts";
import { LESION_CLASSES } from "../../src/vindr-spinexr.ts";
import { assert, suite } from "../shim.ts";
import { runOnnxruntime } from "../support/onnxruntime.ts";
import { readGreyPng } from "../support/png-reader.ts";

const test = suite("shipped packages");

test("every package opens, its hashes hold, and onnxruntime answers its golden picture", async () => {
  for (const name of await shippedPackages()) {
    const opened = await openPackage(name);
    const { manifest } = opened;
    assert.is(manifest.name, name);
    assert.ok(manifest.selfTest !== null, `${name} has no self-test`);
    const { pixels, height, width } = readGreyPng(await opened.read(manifest.selfTest!.file));
    for (const { name: member, file, input } of manifest.classifiers) {
      assert.equal([height, width], [input.height, input.width]);
      const planes = input.mean.flatMap((mean, plane) =>
        Array.from(pixels, (value) => (value - mean) / input.std[plane]!),
      );
      const bytes = await opened.read(file);
      const logits = await runOnnxruntime(bytes, [1, 3, height, width], Float32Array.from(planes));
      manifest.selfTest!.logits[member]!.forEach((expected, index) => {
        assert.ok(
          Math.abs(logits[index]! - expected) < 1e-4,
          `${name} ${member}: ${logits[index]}, not ${expected}`,
        );
      });
    }
  }
});

test("the sample says that it means nothing", async () => {
  const { manifest } = await openPackage("sample-tiny");
  assert.match(manifest.warnings.join(" "), /random weights.*mean nothing/i);
  assert.match(manifest.intendedUse, /random/);
});

test("the default says what it was trained on and that it is for research", async () => {
  const { manifest } = await openPackage(DEFAULT_MODEL);
  assert.match(manifest.warnings.join(" "), /synthetic phantoms.*not for clinical use/i);
  assert.match(manifest.intendedUse, /research/i);
  assert.match(manifest.provenance.training, /phantom/);
  assert.equal(manifest.detector?.labels, LESION_CLASSES);
  const weights = readdirSync(join("models", DEFAULT_MODEL)).filter((file) => file.endsWith(".onnx"));
  const bytes = weights.map((file) => statSync(join("models", DEFAULT_MODEL, file)).size);
  assert.ok(bytes.reduce((a, b) => a + b) <= 16 * 2 ** 20, `${bytes}`);
});

for (const backend of ["cpu", "wasm"] as const) {
  test(`the default finds what the samples show, on ${backend}`, async () => {
    await using model = await loadModel(DEFAULT_MODEL, { backend, threads: 2 });
    for (const [file, key] of Object.entries(SAMPLES)) {
      const { lesions } = planPhantom(key);
      const { abnormal, findings, warnings } = await model.screen(await readImage(`models/samples/${file}`));
      assert.is(
        abnormal!.positive,
        lesions.length > 0,
        `${file} has the probability ${abnormal!.probability}`,
      );
      assert.match(warnings.join(" "), /not for clinical use/i);
      for (const { type, box } of lesions)
        assert.ok(
          findings.some((finding) => finding.label === type && boxIou(finding.box, box) >= 0.5),
          `${file}: ${type} at ${box}`,
        );
      assert.ok(findings.length <= lesions.length + 1, `${file}: ${findings.length} findings`);
    }
  });
}

test("scripts/make-sample.ts makes the committed files again", async () => {
  const work = mkdtempSync(join(tmpdir(), "spinexr-sample-"));
  try {
    await makeSample(work);
    for (const folder of ["sample-tiny", "samples"]) {
      const committed = join("models", folder);
      assert.equal(readdirSync(join(work, folder)).sort(), readdirSync(committed).sort());
      for (const file of readdirSync(committed)) {
        const same = readFileSync(join(work, folder, file)).equals(readFileSync(join(committed, file)));
        // The logits in model.json come from onnxruntime, whose last digits depend on the machine; they are tested above.
        assert.ok(same || file === "model.json", `${folder}/${file} differs`);
      }
    }
  } finally {
    rmSync(work, { recursive: true });
  }
});

test.run();
