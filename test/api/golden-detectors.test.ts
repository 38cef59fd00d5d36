/** The reference implementation's boxes from its own checkpoints and DICOM files, on everything that runs here. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDetector } from "../../src/api/load-detector.ts";
import type { Finding } from "../../src/api/results.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import type { Radiograph } from "../../src/image/radiograph.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { openPackage } from "../../src/package/resolve.ts";
import { runDetector, toFindings } from "../../src/tasks/detect.ts";
import { prepare } from "../../src/tasks/prepare.ts";
import { iou } from "../decoders/reference.ts";
import { assert, shared, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";

const test = suite("golden detectors");
const folder = mkdtempSync(join(tmpdir(), "spinexr-golden-"));
test.after(() => rmSync(folder, { recursive: true }));

interface Golden {
  readonly checkpoint: string;
  readonly config: string;
  readonly images: readonly {
    readonly image: string;
    readonly image_hw: readonly [number, number];
    readonly resized_hw: readonly [number, number];
    readonly detections: readonly Finding[];
  }[];
}

const readGolden = (name: string): Radiograph | Promise<Radiograph> =>
  readRadiograph(readFileSync(shared(`third_party/radiographs/${name.replace(".png", ".dcm")}`)));

for (const arch of ["sparse-rcnn", "retinanet", "faster-rcnn"]) {
  test(`${arch}: the expected boxes and no better ones, on every kernel set and wasm build`, async () => {
    const name = arch.replace("-", "_");
    const golden: Golden = JSON.parse(readFileSync(shared(`golden/models/${name}.expected.json`), "utf8"));
    await convertToPackage({
      checkpointPaths: [shared(`golden/models/${golden.checkpoint}`)],
      archs: [arch],
      configPath: shared(`golden/models/${golden.config}`),
      out: join(folder, name),
    });
    const modelPackage = await openPackage(join(folder, name));
    const entry = modelPackage.manifest.detector!;
    const images = await Promise.all(golden.images.map(({ image }) => readGolden(image)));
    const cases = await backendCases({ emulated: false });
    assert.ok(cases.length >= 6, `only ${cases.map((c) => c.label).join(", ")} run here`);
    for (const backend of cases) {
      await withBackend(backend, async (instance) => {
        const detector = await loadDetector(modelPackage, entry, instance);
        const worst = { iou: 1, score: 0, missed: 0 };
        let count = 0;
        for (const [i, { image, image_hw, resized_hw, detections }] of golden.images.entries()) {
          const picture = images[i]!;
          assert.equal([picture.height, picture.width], image_hw);
          const { detect } = await prepare(instance.image, picture, { classifiers: [], detector: { entry } });
          const prepared = detect!;
          assert.equal([prepared.size.height, prepared.size.width], resized_hw);
          const raw = await runDetector(detector, prepared);
          const found = await toFindings(instance.detection, entry, raw, picture);
          const { missed, extra } = compare(detections, found, worst);
          const lowest = Math.min(...detections.map(({ score }) => score));
          const better = extra.filter(({ score }) => score > lowest + 1e-3);
          assert.equal(better, [], `${backend.label}, ${image}: boxes that the reference does not have`);
          worst.missed += missed;
          count += detections.length;
        }
        await detector.network.dispose();
        console.log(
          `NOTE ${arch}, ${backend.label}: ${worst.missed} of ${count} missed, lowest IoU ${worst.iou.toFixed(5)}, ` +
            `largest score difference ${worst.score.toExponential(1)}`,
        );
        assert.ok(worst.missed <= 0.01 * count, `${backend.label}: ${worst.missed} of ${count} are missing`);
      });
    }
  });
}

/** Partners have the same label, IoU >= 0.99 and scores within 1e-3; each box has one. */
function compare(
  expected: readonly Finding[],
  found: readonly Finding[],
  worst: { iou: number; score: number },
): { missed: number; extra: Finding[] } {
  const extra = [...found];
  let missed = 0;
  for (const { label, score, box } of expected) {
    const [partner] = extra
      .map((other, at) => ({ at, overlap: iou(other.box, box), off: Math.abs(other.score - score), other }))
      .filter(({ other, overlap, off }) => other.label === label && overlap >= 0.99 && off <= 1e-3)
      .toSorted((p, q) => q.overlap - p.overlap);
    if (partner === undefined) {
      missed++;
      continue;
    }
    extra.splice(partner.at, 1);
    worst.iou = Math.min(worst.iou, partner.overlap);
    worst.score = Math.max(worst.score, partner.off);
  }
  return { missed, extra };
}

test.run();
