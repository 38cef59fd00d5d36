/** Which findings hit which lesions, by the rules of pycocotools' COCOeval.evaluateImg. */
import type { Finding } from "../api/results.ts";
import { boxIou, type DetectionCase, type Lesion } from "./boxes.ts";

/** Findings of one class on all pictures, best first. */
export interface Ranking {
  /** [n], falling; equal scores stay in the order of the pictures. */
  readonly scores: Float64Array;
  /** [n], 1 where the finding is the one that hit some lesion. */
  readonly hits: Uint8Array;
  /** Lesions of the class on all pictures. */
  readonly lesions: number;
  /** [n], which picture each finding is on. */
  readonly images: Uint32Array;
  /** [pictures], lesions of the class on each. */
  readonly lesionsOf: Uint32Array;
}

/**
 * Per picture the best `maxDetections` findings choose in falling order of score; each takes the free lesion of its class
 * with the largest IoU of at least `threshold`, of equal ones the last.
 */
export function rank(
  cases: readonly DetectionCase[],
  label: string,
  threshold: number,
  maxDetections: number,
): Ranking {
  const found: { score: number; hit: boolean; image: number }[] = [];
  const lesionsOf = new Uint32Array(cases.length);
  let lesions = 0;
  for (const [image, { truth, findings }] of cases.entries()) {
    const there = truth.filter((lesion) => lesion.label === label);
    lesions += there.length;
    lesionsOf[image] = there.length;
    const best = findings
      .filter((finding) => finding.label === label)
      .sort((a, b) => b.score - a.score)
      .slice(0, maxDetections);
    const partners = matchLesions(best, there, threshold);
    for (const [i, { score }] of best.entries()) found.push({ score, hit: partners[i] >= 0, image });
  }
  found.sort((a, b) => b.score - a.score);
  return {
    scores: Float64Array.from(found, ({ score }) => score),
    hits: Uint8Array.from(found, ({ hit }) => (hit ? 1 : 0)),
    lesions,
    images: Uint32Array.from(found, ({ image }) => image),
    lesionsOf,
  };
}

/**
 * For each finding, in the order given, the index of the lesion that it takes or -1: the free one with the largest IoU of
 * at least `threshold`, of equal ones the last. Labels are not looked at.
 */
export function matchLesions(
  findings: readonly Pick<Finding, "box">[],
  lesions: readonly Pick<Lesion, "box">[],
  threshold: number,
): number[] {
  const taken = new Uint8Array(lesions.length);
  return findings.map(({ box }) => {
    // pycocotools lowers a threshold of 1, so that equal boxes match in spite of rounding.
    let largest = Math.min(threshold, 1 - 1e-10);
    let match = -1;
    for (const [i, lesion] of lesions.entries()) {
      if (taken[i] === 1) continue;
      const iou = boxIou(box, lesion.box);
      if (iou < largest) continue;
      largest = iou;
      match = i;
    }
    if (match >= 0) taken[match] = 1;
    return match;
  });
}
