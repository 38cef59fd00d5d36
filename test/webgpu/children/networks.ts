/** The golden models on the backend that is named: a classifier's largest error, or what a detector finds. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDetector } from "../../../src/api/load-detector.ts";
import { EngineNetwork } from "../../../src/api/network.ts";
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { readRadiograph } from "../../../src/image/read.ts";
import { parseModel } from "../../../src/onnx/import.ts";
import { openPackage } from "../../../src/package/resolve.ts";
import { runClassifiers, toAbnormality } from "../../../src/tasks/classify.ts";
import { runDetector, toFindings } from "../../../src/tasks/detect.ts";
import { prepare } from "../../../src/tasks/prepare.ts";
import { goldenImages, goldenPackage } from "../../support/golden.ts";
import { finish } from "../child.ts";
import { reason } from "./support.ts";

/** `images`: how many of the golden ones. */
const [root, arch, count, precision] = process.argv.slice(2) as [string, string, string, "fp32" | "fp16"];
const folder = mkdtempSync(join(tmpdir(), "spinexr-webgpu-"));

await finish(reason, async () => {
  try {
    await goldenPackage(root, arch, folder);
    const modelPackage = await openPackage(folder);
    const instance = await webgpuBackend.open({ threads: 2, precision });
    const used = goldenImages(root, arch).slice(0, Number(count));
    const images = await Promise.all(used.map(({ file }) => readRadiograph(readFileSync(file))));
    const { manifest } = modelPackage;
    const start = performance.now();
    if (manifest.detector === null || manifest.detector === undefined) {
      const [entry] = manifest.classifiers;
      const model = parseModel(await modelPackage.read(entry!.file));
      const network = new EngineNetwork(model, instance, { rejected: [], owner: null, optimize: true });
      const classifiers = [{ entry: entry!, network }];
      let worst = 0;
      for (const [i, image] of images.entries()) {
        const { classify } = await prepare(instance.image, image, { classifiers, detector: null });
        const { probability } = toAbnormality(
          manifest,
          await runClassifiers(classifiers, classify, { sideBySide: false }),
        );
        worst = Math.max(worst, Math.abs(probability - used[i]!.probability));
      }
      return { worst, seconds: (performance.now() - start) / 1000 };
    }
    const entry = manifest.detector;
    const detector = await loadDetector(modelPackage, entry, instance);
    const found = [];
    for (const image of images) {
      const { detect } = await prepare(instance.image, image, { classifiers: [], detector: { entry } });
      found.push(await toFindings(instance.detection, entry, await runDetector(detector, detect!), image));
    }
    const { hostSteps } = detector.network.backend;
    return { found, hostSteps, seconds: (performance.now() - start) / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
