/** Reports with boxes anywhere, for tests of what is drawn. */
import type { Finding, ScreeningReport } from "../../src/index.node.ts";
import { LESION_CLASSES } from "../../src/metrics/index.ts";
import type { OverlayInput } from "../../src/output/overlay.ts";
import { shownSize } from "../../src/output/overlay.ts";

export function findingsOn(
  width: number,
  height: number,
  count: number,
  next: () => number,
  largest = 0.2,
): Finding[] {
  return Array.from({ length: count }, (_, i) => {
    const [w, h] = [width, height].map((side) => Math.min(side, 1 + next() * largest * side));
    const [x, y] = [next() * (width - w), next() * (height - h)];
    const label = LESION_CLASSES[Math.floor(next() * LESION_CLASSES.length)];
    return { label, score: 1 - i / (count + 1), box: [x, y, x + w, y + h] };
  });
}

export function overlayInput(
  width: number,
  height: number,
  findings: readonly Finding[],
  changes: Partial<ScreeningReport> = {},
): OverlayInput {
  const original = { width, height };
  const size = shownSize(original);
  const pixels = new Uint8Array(size.width * size.height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31) % 251;
  const report: ScreeningReport = {
    abnormal: { probability: 0.7, threshold: 0.3, positive: true, members: [] },
    findings,
    suppressed: [],
    provenance: {
      engine: "spinexr 0",
      backend: "cpu",
      device: "cpu",
      isa: "reference",
      precision: "fp32",
      threads: 1,
      tuned: false,
      overridden: false,
      model: { name: "test", version: "1", files: {} },
      thresholds: { abnormal: 0.3, findingWhenNormal: 0.5 },
      pixelSha256: "",
      conversion: "voi",
      frame: 0,
    },
    timings: { decode: 0, preprocess: 0, classify: 0, detect: 0, postprocess: 0, total: 0, stages: [] },
    warnings: ["Trained on synthetic phantoms; not for clinical use."],
    ...changes,
  };
  return { picture: { pixels, ...size }, original, report, labels: LESION_CLASSES };
}
