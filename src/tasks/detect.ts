/** The detector half: a network that ends in boxes, and its boxes on the original picture. */
import { SpineXRError } from "../api/errors.ts";
import type { DeviceNetwork } from "../api/network.ts";
import type { Finding } from "../api/results.ts";
import type { DetectionCore } from "../backends/detection.ts";
import type { Size } from "../image/fit.ts";
import type { DetectorEntry } from "../package/manifest.ts";
import type { PreparedDetection } from "./prepare.ts";

export interface Detector {
  readonly entry: DetectorEntry;
  /** With its decoder: outputs boxes, scores, classes. */
  readonly network: DeviceNetwork;
}

/** In falling score, as the network gave them. */
export interface RawDetections {
  /** n x 4 corners in pixels of a picture of this size. */
  readonly boxes: Float32Array;
  readonly size: Size;
  readonly scores: Float32Array;
  readonly classes: readonly number[];
}

export async function runDetector(
  { network }: Detector,
  { inputs, size }: PreparedDetection,
  signal?: AbortSignal,
): Promise<RawDetections> {
  const { boxes, scores, classes } = await network.run(inputs, { signal });
  return {
    boxes: boxes!.data as Float32Array,
    size,
    scores: scores!.data as Float32Array,
    classes: Array.from(classes!.data as BigInt64Array, Number),
  };
}

/**
 * detectron2's detector_postprocess: boxes scaled to the original in float32, clipped to it, empty ones dropped.
 * @throws SpineXRError INVALID_PACKAGE where a score is not one or a class has no label
 */
export async function toFindings(
  core: DetectionCore,
  { labels, name }: DetectorEntry,
  { boxes, size, scores, classes }: RawDetections,
  original: Size,
): Promise<Finding[]> {
  if (scores.length === 0) return [];
  const scales = [original.width / size.width, original.height / size.height].map(Math.fround);
  const scaled = boxes.map((coordinate, i) => coordinate * scales[i % 2]!);
  const clipped = await core.clipBoxes({ boxes: scaled, height: original.height, width: original.width });
  return Array.from(clipped.kept, (i) => {
    const [score, label] = [scores[i]!, labels[classes[i]!]];
    if (!(score >= 0 && score <= 1))
      throw answer(name, `the score ${score}`, "scores from 0 to 1; see activation and decoder");
    if (label === undefined)
      throw answer(
        name,
        `the class ${classes[i]}`,
        `classes from 0 to ${labels.length - 1}, one for each label`,
      );
    const [x0, y0, x1, y1] = clipped.boxes.subarray(4 * i, 4 * i + 4) as unknown as Finding["box"];
    return { label, score, box: [x0, y0, x1, y1] };
  });
}

const answer = (name: string, found: string, expected: string): SpineXRError =>
  new SpineXRError(
    "INVALID_PACKAGE",
    `The detector "${name}" answered ${found}; its manifest promises ${expected}.`,
  );
