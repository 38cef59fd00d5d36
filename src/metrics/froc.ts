/** Free-response ROC: lesions found against false marks per picture. */

import { LESION_CLASSES } from "../vindr-spinexr.ts";
import { checkCases, type DetectionCase } from "./boxes.ts";
import { checkRange, invalid } from "./check.ts";
import { rank } from "./match.ts";

/** Where LUNA16 reads the curve (Setio et al., 2017). */
export const FROC_POINTS: readonly number[] = [0.125, 0.25, 0.5, 1, 2, 4, 8];

export interface FrocOptions {
  readonly classes?: readonly string[];
  /** A finding hits a lesion of its class at this IoU, (0, 1]. Default 0.5. */
  readonly iouThreshold?: number;
}

/** Arrays of one length; index 0 is "nothing is marked". */
export interface FrocCurve {
  /** False marks per picture, not falling. */
  readonly falsePositives: Float64Array;
  /** Share of all lesions that are hit, 0..1, not falling. */
  readonly sensitivity: Float64Array;
  /** Falling; marks are findings with score >= threshold. The first one is Infinity. */
  readonly thresholds: Float64Array;
  /** Sensitivity at FROC_POINTS false marks per picture: the best reached with at most that many. */
  readonly atPoints: readonly number[];
  /** Mean of atPoints. */
  readonly mean: number;
}

/**
 * All classes pooled. Findings beyond those of the lowest threshold are not known: the curve ends there.
 * Source: Bunch et al., 1977; matching as in the COCO protocol.
 *
 * @param cases one entry per picture, also for pictures without lesions
 * @throws SpineXRError INVALID_ARGUMENT when there is no picture or no lesion
 */
export function froc(cases: readonly DetectionCase[], options: FrocOptions = {}): FrocCurve {
  const { classes = LESION_CLASSES, iouThreshold = 0.5 } = options;
  checkCases("froc", cases);
  checkRange("froc", "iouThreshold", iouThreshold, 1e-10, 1);
  const marks: { score: number; hit: number }[] = [];
  let lesions = 0;
  for (const label of classes) {
    const ranking = rank(cases, label, iouThreshold, Number.POSITIVE_INFINITY);
    lesions += ranking.lesions;
    for (const [i, score] of ranking.scores.entries()) marks.push({ score, hit: ranking.hits[i] });
  }
  if (lesions === 0)
    invalid(`froc expects lesions of at least one class (${classes.join(", ")}), found none.`);
  marks.sort((a, b) => b.score - a.score);
  const falsePositives = [0];
  const sensitivity = [0];
  const thresholds = [Number.POSITIVE_INFINITY];
  let hits = 0;
  for (const [i, { score, hit }] of marks.entries()) {
    hits += hit;
    if (i + 1 < marks.length && marks[i + 1].score === score) continue;
    falsePositives.push((i + 1 - hits) / cases.length);
    sensitivity.push(hits / lesions);
    thresholds.push(score);
  }
  const atPoints = FROC_POINTS.map(
    (limit) => sensitivity[falsePositives.findLastIndex((rate) => rate <= limit)],
  );
  return {
    falsePositives: Float64Array.from(falsePositives),
    sensitivity: Float64Array.from(sensitivity),
    thresholds: Float64Array.from(thresholds),
    atPoints,
    mean: atPoints.reduce((sum, value) => sum + value, 0) / atPoints.length,
  };
}
