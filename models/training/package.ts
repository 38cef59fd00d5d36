/**
 * From the checkpoints of training runs to a model package that screens: `spinexr convert` with the input size, the
 * threshold and the golden picture that only the training knows.
 *
 *   npx tsx models/training/package.ts --classifier RUN [--classifier RUN2] [--detector RUN] --out DIR [--config FILE]
 *       [--force] [--license L] [--source S] [--training T] [--intended-use U] [--warning W]...
 *
 * Several classifiers make an ensemble. Their thresholds, each Youden's on the validation pictures, are averaged as
 * logits; measure the ensemble's own with `spinexr evaluate`. Findings of a class are reported from the score with the best
 * F1 there on. The package's self-test compares with PyTorch's logits.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { formatJson } from "../../src/convert/format-json.ts";
import type { Manifest } from "../../src/package/manifest.ts";
import { validateManifest } from "../../src/package/validate.ts";
import { sha256Hex } from "../../src/platform/hash.ts";

/** classifier.json of a run. */
interface Trained {
  readonly threshold: number;
  /** The logit that PyTorch answers to golden.png. */
  readonly golden: number;
}

/** detector.json of a run. */
interface TrainedDetector {
  readonly thresholds: Readonly<Record<string, number>>;
}

const { values } = parseArgs({
  options: {
    config: { type: "string", default: fileURLToPath(new URL("config.json", import.meta.url)) },
    classifier: { type: "string", multiple: true, default: [] },
    detector: { type: "string" },
    out: { type: "string" },
    force: { type: "boolean", default: false },
    license: { type: "string" },
    source: { type: "string" },
    training: { type: "string" },
    "intended-use": { type: "string" },
    warning: { type: "string", multiple: true },
  },
});
const { classifier: runs, detector, out } = values;
if (out === undefined || runs.length === 0)
  throw new Error("Expected --out DIR and at least one --classifier RUN.");
const config = JSON.parse(await readFile(values.config, "utf8"));
const trained: Trained[] = await Promise.all(
  runs.map(async (run) => JSON.parse(await readFile(join(run, "classifier.json"), "utf8"))),
);
const logit = (p: number): number => Math.log(p / (1 - p));
const mean = trained.reduce((sum, { threshold: t }) => sum + logit(t), 0) / trained.length;
const threshold = Number(sigmoid(mean).toFixed(4));

const { manifest, directory } = await convertToPackage({
  checkpointPaths: [
    ...runs.map((run) => join(run, "classifier.pth")),
    ...(detector === undefined ? [] : [join(detector, "detector.pth")]),
  ],
  archs: [...runs.map(() => "densenet"), ...(detector === undefined ? [] : ["retinanet"])],
  configPath: detector === undefined ? undefined : join(detector, "detector.yaml"),
  input: {
    height: config.classifier.height,
    width: config.classifier.width,
    mean: config.mean,
    std: config.std,
  },
  weights: config.weights,
  threshold,
  about: {
    license: values.license,
    source: values.source,
    training: values.training,
    intendedUse: values["intended-use"],
    warnings: values.warning,
  },
  out,
  force: values.force,
});
await complete(manifest);
console.log(`${directory}: threshold ${threshold.toFixed(4)}`);

/** Adds the self-test, which all members answer, and the operating points of the detector. */
async function complete(made: Manifest): Promise<void> {
  const pictures = await Promise.all(runs.map((run) => readFile(join(run, "golden.png"))));
  const golden = pictures[0]!;
  if (pictures.some((picture) => !picture.equals(golden)))
    throw new Error("The runs' golden pictures differ; train them on the same validation pictures.");
  const logits = Object.fromEntries(made.classifiers.map(({ name }, i) => [name, [trained[i]!.golden]]));
  const selfTest = { file: "golden.png", sha256: sha256Hex(golden), logits, tolerance: 0.005 };
  const thresholds =
    detector === undefined
      ? made.thresholds
      : { ...made.thresholds, finding: await operatingPoints(detector) };
  await writeFile(join(directory, "golden.png"), golden);
  await writeFile(
    join(directory, "model.json"),
    formatJson(validateManifest({ ...made, thresholds, selfTest })),
  );
}

async function operatingPoints(run: string): Promise<Record<string, number>> {
  const { thresholds }: TrainedDetector = JSON.parse(await readFile(join(run, "detector.json"), "utf8"));
  return Object.fromEntries(
    Object.entries(thresholds).map(([label, score]) => [label, Number(score.toFixed(3))]),
  );
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
