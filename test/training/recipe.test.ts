import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadNetwork } from "../../src/api/load-network.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { assert, skip, suite } from "../shim.ts";

const test = suite("training recipe");
const RECIPE = fileURLToPath(new URL("../../models/training", import.meta.url));
const DIMS = [1, 3, 64, 96];

test("checkpoints of the recipe convert, and answer as PyTorch does", async () => {
  const python = ["python3", "/usr/bin/python3"].find(
    (command) => spawnSync(command, ["-c", "import torch, torchvision"]).status === 0,
  );
  if (python === undefined) skip("needs Python with torch and torchvision");
  const folder = await mkdtemp(join(tmpdir(), "spinexr-recipe-"));
  try {
    const made = spawnSync(python, ["-B", "-m", "recipe.example", folder], { cwd: RECIPE, encoding: "utf8" });
    assert.is(made.status, 0, made.stderr);
    const floats = async (name: string): Promise<Float32Array> =>
      new Float32Array(new Uint8Array(await readFile(join(folder, name))).buffer);
    const data = await floats("input.f32");
    const out = join(folder, "package");
    const { manifest } = await convertToPackage({
      checkpointPaths: [join(folder, "classifier.pth"), join(folder, "detector.pth")],
      archs: ["densenet", "retinanet"],
      configPath: join(folder, "detector.yaml"),
      out,
    });
    const [classifier] = manifest.classifiers;
    await using first = await loadNetwork(join(out, classifier!.file), { threads: 1 });
    const logits = await first.run({ [classifier!.inputName]: { dims: DIMS, data } });
    close("logit", logits[classifier!.outputName]!.data, await floats("classifier.f32"));

    const { detector } = manifest;
    assert.equal(detector!.labels, ["Osteophytes", "Surgical implant"]);
    assert.equal(detector!.input.std, [50, 60, 70]);
    await using second = await loadNetwork(join(out, detector!.file), { threads: 1 });
    const maps = await second.run({ [detector!.inputName]: { dims: DIMS, data } });
    const { decoder } = detector!;
    if (decoder.kind !== "anchors") throw new Error(`The decoder is ${decoder.kind}.`);
    assert.is(decoder.levels.length, 5);
    for (const [level, { scores, deltas, anchors }] of decoder.levels.entries()) {
      close(`scores of level ${level}`, maps[scores]!.data, await floats(`scores${level}.f32`));
      close(`deltas of level ${level}`, maps[deltas]!.data, await floats(`deltas${level}.f32`));
      // Size s outermost, then ratio height / width.
      const [size, ratio] = [20 * 2 ** level * 2 ** (1 / 3), 2];
      const [width, height] = anchors[5]!;
      assert.ok(Math.abs(width * height - size ** 2) < 1e-6 * size ** 2);
      assert.ok(Math.abs(height / width - ratio) < 1e-9);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

function close(what: string, found: ArrayLike<number | bigint>, expected: Float32Array): void {
  assert.is(found.length, expected.length, what);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  expected.forEach((value, i) => {
    const far = Math.abs(Number(found[i]) - value);
    assert.ok(far <= 1e-4 * scale, `${what}[${i}]: ${found[i]}, PyTorch ${value}`);
  });
}

test.run();
