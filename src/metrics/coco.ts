/** Average precision by the COCO protocol, equal to pycocotools (area range "all", no crowds). */

import { LESION_CLASSES } from "../vindr-spinexr.ts";
import { checkCases, type DetectionCase } from "./boxes.ts";
import { checkRange, checkWhole, invalid } from "./check.ts";
import { type Ranking, rank } from "./match.ts";

/** 0.20, 0.25, ..., 0.50: the thresholds of VinDr-SpineXR; the last slice is AP50. */
export const IOU_THRESHOLDS: readonly number[] = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5];

export const RECALL_POINTS = 101;

export interface CocoOptions {
  /** Classes to look at; lesions with other labels are left out. Default the 7 of VinDr-SpineXR. */
  readonly classes?: readonly string[];
  /** Rising, each in (0, 1]. Default 0.20:0.05:0.50. */
  readonly iouThresholds?: readonly number[];
  /** Findings that count per picture and class, best first. Default 100. */
  readonly maxDetections?: number;
}

export interface CocoResult {
  readonly iouThresholds: readonly number[];
  /** Per class that has lesions, AP at each threshold, 0..1. */
  readonly ap: Readonly<Record<string, readonly number[]>>;
  /** Mean over these classes at each threshold. */
  readonly map: readonly number[];
  /** Mean over classes and thresholds. */
  readonly mean: number;
}

/** Precision over recall. */
export interface PrecisionRecall {
  /** [101], 0..1: precision made non-rising, at recall 0, 0.01, ..., 1; 0 where that recall is never reached. */
  readonly precision: Float64Array;
  /** Mean of them: the average precision. */
  readonly ap: number;
  readonly lesions: number;
}

/**
 * @param cases one entry per picture, also for pictures without lesions: findings there are false
 * @throws SpineXRError INVALID_ARGUMENT when no class has lesions, or a box or option is wrong
 */
export function cocoAp(cases: readonly DetectionCase[], options: CocoOptions = {}): CocoResult {
  const { classes = LESION_CLASSES, iouThresholds = IOU_THRESHOLDS, maxDetections = 100 } = options;
  checkCases("cocoAp", cases);
  checkWhole("cocoAp", "maxDetections", maxDetections, 1, 1_000_000);
  if (iouThresholds.length === 0) invalid("cocoAp expects at least one IoU threshold, found none.");
  for (const threshold of iouThresholds) checkRange("cocoAp", "IoU threshold", threshold, 1e-10, 1);
  const ap: Record<string, number[]> = {};
  for (const label of classes) {
    const curves = iouThresholds.map((threshold) =>
      interpolate(rank(cases, label, threshold, maxDetections)),
    );
    if (curves[0].lesions > 0) ap[label] = curves.map((curve) => curve.ap);
  }
  const rows = Object.values(ap);
  if (rows.length === 0)
    invalid(`cocoAp expects lesions of at least one class (${classes.join(", ")}), found none.`);
  const map = iouThresholds.map((_, t) => mean(rows.map((row) => row[t])));
  return { iouThresholds, ap, map, mean: mean(map) };
}

/**
 * The curve of one class at one IoU threshold in (0, 1].
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function precisionRecall(
  cases: readonly DetectionCase[],
  label: string,
  iouThreshold = 0.5,
  maxDetections = 100,
): PrecisionRecall {
  checkCases("precisionRecall", cases);
  checkRange("precisionRecall", "iouThreshold", iouThreshold, 1e-10, 1);
  checkWhole("precisionRecall", "maxDetections", maxDetections, 1, 1_000_000);
  return interpolate(rank(cases, label, iouThreshold, maxDetections));
}

/** COCOeval.accumulate for one class and threshold. */
function interpolate({ hits, lesions }: Ranking): PrecisionRecall {
  const envelope = new Float64Array(hits.length);
  const recall = new Float64Array(hits.length);
  let tp = 0;
  for (let i = 0; i < hits.length; i++) {
    tp += hits[i];
    envelope[i] = tp / (i + 1);
    recall[i] = lesions === 0 ? 0 : tp / lesions;
  }
  for (let i = hits.length - 1; i > 0; i--) envelope[i - 1] = Math.max(envelope[i - 1], envelope[i]);
  const precision = new Float64Array(RECALL_POINTS);
  let i = 0;
  for (let point = 0; point < RECALL_POINTS; point++) {
    const wanted = recallPoint(point);
    while (i < hits.length && recall[i] < wanted) i++;
    if (i < hits.length && lesions > 0) precision[point] = envelope[i];
  }
  return { precision, ap: mean(precision), lesions };
}

/** numpy.linspace(0, 1, 101)[point], whose rounding decides whether a recall of exactly, say, 0.29 reaches it. */
export const recallPoint = (point: number): number => (point === RECALL_POINTS - 1 ? 1 : point * 0.01);

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
