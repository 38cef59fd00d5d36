/** The reference implementation's answers from its own checkpoints and DICOM files. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadClassifier } from "../../../src/api/load-classifier.ts";
import { loadDetector } from "../../../src/api/load-detector.ts";
import type { Finding } from "../../../src/api/results.ts";
import type { Radiograph } from "../../../src/image/radiograph.ts";
import { readRadiograph } from "../../../src/image/read.ts";
import { openPackage } from "../../../src/package/resolve.ts";
import { runClassifiers, toAbnormality } from "../../../src/tasks/classify.ts";
import { runDetector, toFindings } from "../../../src/tasks/detect.ts";
import { prepare } from "../../../src/tasks/prepare.ts";
import { type Detections, partnered } from "../../support/detections.ts";
import { type GoldenImage, goldenImages, goldenPackage } from "../../support/golden.ts";
import { type Check, expect, skipCheck } from "./report.ts";
import { FP16, FP32, withCuda } from "./variants.ts";

/** Below the folder with golden files: what these checks read. pack-gpu.mjs packs these. */
export const GOLDEN = ["densenet121", "sparse_rcnn", "retinanet", "faster_rcnn"] as const;

/** Probabilities of the classifier, and scores of detections. */
const NEAR = { fp32: 1e-4, fp16: 2e-2 } as const;
const PARTNERS = { fp32: 0.99, fp16: 0.8 } as const;

/** @param shared the folder with golden/ and third_party/radiographs/ */
export async function checkGolden(check: Check, shared: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spinexr-golden-"));
  try {
    for (const name of GOLDEN) {
      for (const variant of [FP32, FP16]) {
        await check(`${name}, ${variant.label}`, async () => {
          const path = join(shared, "golden/models", `${name}.expected.json`);
          if (!existsSync(path)) skipCheck(`${path} is absent`);
          const arch = name.replace("_", "-");
          const golden = goldenImages(shared, arch);
          const images = await Promise.all(golden.map(({ file }) => readRadiograph(readFileSync(file))));
          const out = join(folder, name);
          if (!existsSync(out)) await goldenPackage(shared, arch, out);
          const precision = variant.label as keyof typeof NEAR;
          const run = name === "densenet121" ? checkClassifier : checkDetector;
          return run(out, golden, images, precision);
        });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function checkClassifier(
  folder: string,
  golden: readonly GoldenImage[],
  images: readonly Radiograph[],
  precision: keyof typeof NEAR,
): Promise<string> {
  const modelPackage = await openPackage(folder);
  const [entry] = modelPackage.manifest.classifiers;
  return withCuda({ options: { precision } }, async (instance) => {
    const network = await loadClassifier(modelPackage, entry!, instance);
    try {
      let worst = 0;
      const classifiers = [{ entry: entry!, network }];
      for (const [i, image] of images.entries()) {
        const { classify, release } = await prepare(instance.image, image, { classifiers, detector: null });
        const scores = await runClassifiers(classifiers, classify, { sideBySide: instance.sideBySide });
        const { probability } = toAbnormality(modelPackage.manifest, scores);
        release();
        worst = Math.max(worst, Math.abs(probability - golden[i]!.probability));
      }
      const words = `largest difference of a probability ${worst.toExponential(1)}`;
      expect(worst < NEAR[precision], words);
      return words;
    } finally {
      await network.dispose();
    }
  });
}

async function checkDetector(
  folder: string,
  golden: readonly GoldenImage[],
  images: readonly Radiograph[],
  precision: keyof typeof NEAR,
): Promise<string> {
  const modelPackage = await openPackage(folder);
  const entry = modelPackage.manifest.detector!;
  return withCuda({ options: { precision } }, async (instance) => {
    const detector = await loadDetector(modelPackage, entry, instance);
    try {
      let least = 1;
      for (const [i, picture] of images.entries()) {
        const prepared = await prepare(instance.image, picture, { classifiers: [], detector: { entry } });
        const raw = await runDetector(detector, prepared.detect!);
        prepared.release();
        const found = asDetections(await toFindings(instance.detection, entry, raw, picture));
        const expected = asDetections(golden[i]!.detections);
        least = Math.min(least, partnered(expected, found, Math.max(1e-3, NEAR[precision])));
      }
      const words = `at least ${(100 * least).toFixed(0)} % of the reference's detections found`;
      expect(least >= PARTNERS[precision], words);
      return words;
    } finally {
      await detector.network.dispose();
    }
  });
}

/** Labels as numbers. */
function asDetections(findings: readonly Finding[]): Detections {
  return {
    boxes: findings.flatMap(({ box }) => [...box]),
    scores: findings.map(({ score }) => score),
    classes: findings.map(({ label }) =>
      [...label].reduce((sum, c) => (31 * sum + c.charCodeAt(0)) % 1e9, 7),
    ),
  };
}
