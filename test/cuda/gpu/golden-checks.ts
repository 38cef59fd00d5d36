/** The reference implementation's answers from its own checkpoints and DICOM files. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GoldenModel, openGolden } from "../../support/golden.ts";
import { goldenFindings, goldenLayers, goldenProbabilities } from "../../support/golden-run.ts";
import { judgeHalf, shareFound } from "../../support/half-limit.ts";
import { type Check, expect, skipCheck } from "./report.ts";
import { FP16, FP32, type Variant, withCpu, withCuda } from "./variants.ts";

/** Below the folder with golden files: what these checks read. pack-gpu.mjs packs these. */
export const GOLDEN = ["densenet121", "sparse_rcnn", "retinanet", "faster_rcnn"] as const;

/** Detections in fp32: how near they are, and how many of them. */
const PARTNERS = { tolerance: 1e-3, share: 0.99 };

/** @param shared the folder with golden/ and third_party/radiographs/ */
export async function checkGolden(check: Check, shared: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spinexr-golden-"));
  try {
    for (const name of GOLDEN) {
      const run = (title: string, work: (golden: GoldenModel) => Promise<string>) =>
        check(`${name}, ${title}`, async () => {
          const path = join(shared, "golden/models", `${name}.expected.json`);
          if (!existsSync(path)) skipCheck(`${path} is absent`);
          return work(await openGolden(shared, name.replace("_", "-"), join(folder, name)));
        });
      if (name === "densenet121") {
        for (const variant of [FP32, FP16])
          await run(variant.label, (golden) => probabilities(golden, variant));
      } else {
        await run("fp32", detections);
        await run("fp16", halfDetections);
        await run("fp16, layer by layer", halfLayers);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function probabilities(golden: GoldenModel, variant: Variant): Promise<string> {
  const found = await withCuda(variant, (instance) => goldenProbabilities(golden, instance));
  const worst = Math.max(...found.map((p, i) => Math.abs(p - golden.images[i]!.probability)));
  const words = `largest difference of a probability ${worst.toExponential(1)}`;
  expect(worst < variant.tolerance, words);
  return words;
}

async function detections(golden: GoldenModel): Promise<string> {
  const { found } = await withCuda(FP32, (instance) => goldenFindings(golden, instance));
  const share = shareFound(golden.images, found, PARTNERS.tolerance);
  const words = `at least ${(100 * share).toFixed(0)} % of the reference's detections found`;
  expect(share >= PARTNERS.share, words);
  return words;
}

async function halfDetections(golden: GoldenModel): Promise<string> {
  const { found } = await withCuda(FP16, (instance) => goldenFindings(golden, instance));
  const { ok, words } = await withCpu((cpu) => judgeHalf(found, golden, cpu));
  expect(ok, words);
  return words;
}

async function halfLayers(golden: GoldenModel): Promise<string> {
  const { count, found } = await withCpu((cpu) =>
    withCuda(FP16, (instance) =>
      goldenLayers(golden, instance, cpu, { relative: FP16.tolerance, absolute: 1e-6 }),
    ),
  );
  expect(found.length === 0, `${found.length} problems\n    ${found.slice(0, 20).join("\n    ")}`);
  return `${count} layers`;
}
