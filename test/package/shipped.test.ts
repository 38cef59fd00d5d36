import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSample } from "../../scripts/make-sample.ts";
import { openPackage, shippedPackages } from "../../src/package/resolve.ts";
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
