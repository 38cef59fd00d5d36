/**
 * Makes models/sample-tiny, a classifier with random weights, and models/samples, two phantoms, so that a fresh checkout has
 * something to screen and the tests a small package. Run with `npx tsx scripts/make-sample.ts`; the result is committed. No
 * patient data are involved: the pictures are arithmetic, the weights are a seeded generator's.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertToPackage } from "../src/convert/convert-to-package.ts";
import { formatJson } from "../src/convert/format-json.ts";
import { validateManifest } from "../src/package/validate.ts";
import { loadJpegLs, phantomDicom, planPhantom } from "../src/phantom/index.ts";
import { sha256Hex } from "../src/platform/hash.ts";
import { random } from "../test/shim.ts";
import { runOnnxruntime } from "../test/support/onnxruntime.ts";
import { randomDenseNet, TINY } from "../test/support/random-densenet.ts";
import { writeCheckpoint } from "../test/support/torch-writer.ts";
import { drawPhantom } from "./sample/phantom.ts";
import { writePng } from "./sample/png.ts";

const SEED = 20;
const GOLDEN_SIZE = 224;
/** Of no data set that anything was trained or measured on. */
export const SAMPLES = {
  "lumbar-lateral.dcm": { seed: 2026, split: "test", index: 135, longest: 760 },
  "lumbar-ap.dcm": { seed: 2026, split: "test", index: 6, longest: 760 },
} as const;
const WARNING =
  "Random weights: the answers of this package mean nothing. It only shows that the engine runs.";

/** Writes MODELS/sample-tiny and MODELS/samples; the same files every time. */
export async function makeSample(models: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "spinexr-sample-"));
  try {
    const checkpoint = join(work, "random-densenet.pth");
    await writeFile(checkpoint, writeCheckpoint(randomDenseNet(TINY, random(SEED))));
    const directory = join(models, "sample-tiny");
    const { manifest } = await convertToPackage({
      checkpointPaths: [checkpoint],
      archs: ["densenet"],
      out: directory,
      force: true,
      about: {
        license: "Apache-2.0",
        intendedUse:
          "Trying out and testing the engine. The weights are random numbers: nothing can be learned from its answers.",
        warnings: [WARNING],
        source: `Made by scripts/make-sample.ts from the seed ${SEED}, by way of a PyTorch checkpoint and the converter.`,
        training: "None: the weights are random.",
      },
    });

    const golden = writePng(drawPhantom(GOLDEN_SIZE, GOLDEN_SIZE, 8), GOLDEN_SIZE, GOLDEN_SIZE);
    await writeFile(join(directory, "golden.png"), golden);
    const logits: Record<string, number[]> = {};
    for (const { name, file, input } of manifest.classifiers) {
      const grey = drawPhantom(GOLDEN_SIZE, GOLDEN_SIZE, 8);
      const planes = input.mean.map((mean, plane) => grey.map((value) => (value - mean) / input.std[plane]!));
      const data = Float32Array.from(planes.flatMap((plane) => [...plane]));
      const answer = await runOnnxruntime(join(directory, file), [1, 3, GOLDEN_SIZE, GOLDEN_SIZE], data);
      logits[name] = [...answer].map((value) => Number(value.toFixed(5)));
    }
    const selfTest = { file: "golden.png", sha256: sha256Hex(golden), logits, tolerance: 1e-3 };
    await writeFile(join(directory, "model.json"), formatJson(validateManifest({ ...manifest, selfTest })));

    await mkdir(join(models, "samples"), { recursive: true });
    const encode = await loadJpegLs();
    for (const [file, key] of Object.entries(SAMPLES))
      await writeFile(join(models, "samples", file), phantomDicom(planPhantom(key), encode));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await makeSample(fileURLToPath(new URL("../models/", import.meta.url)));
}
