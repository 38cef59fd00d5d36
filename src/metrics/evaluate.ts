/** The whole evaluation of VinDr-SpineXR: predictions against annotations. */
import { suggestion } from "../api/options.ts";
import { LESION_CLASSES } from "../vindr-spinexr.ts";
import type { Annotation } from "./annotations.ts";
import { type BootstrapOptions, bootstrap, type Intervals } from "./bootstrap.ts";
import { type ApIntervals, bootstrapAp } from "./bootstrap-ap.ts";
import type { DetectionCase } from "./boxes.ts";
import { checkRange, invalid } from "./check.ts";
import { cocoAp } from "./coco.ts";
import { confusionAt, type Rates, rates } from "./confusion.ts";
import { applyDecisionRule } from "./decision-rule.ts";
import { FROC_POINTS, froc } from "./froc.ts";
import type { Prediction } from "./predictions.ts";
import { type PredictiveValues, predictiveValues } from "./prevalence.ts";
import { reliability } from "./reliability.ts";
import { auroc, rocCurve, youdenThreshold } from "./roc.ts";

export interface EvaluateOptions extends BootstrapOptions {
  /** c*; without it Youden's threshold. */
  readonly threshold?: number;
  /** The score that boxes on pictures called normal must reach. Default KEEP_THRESHOLD. */
  readonly keepThreshold?: number;
}

export interface DetectionFigures {
  /** Boxes on all pictures. */
  readonly boxes: number;
  /** Mean of ap50. */
  readonly map50: number;
  /** AP at IoU 0.5 per class that has lesions. */
  readonly ap50: Readonly<Record<string, number>>;
  readonly iouThresholds: readonly number[];
  /** 95 % intervals of map50 and ap50, from at most 1,000 resamples. */
  readonly ci: ApIntervals;
  /** Mean AP at each IoU threshold. */
  readonly map: readonly number[];
  /** Sensitivity at so many false marks per picture, IoU 0.5, all classes pooled. */
  readonly froc: readonly { readonly falsePositivesPerImage: number; readonly sensitivity: number }[];
}

/** Plain data. Rates are 0..1. */
export interface Evaluation extends Rates {
  readonly images: number;
  readonly abnormalImages: number;
  readonly auroc: number;
  readonly threshold: number;
  readonly ci: Intervals;
  readonly predictiveValues: readonly PredictiveValues[];
  readonly calibration: { readonly ece: number; readonly brier: number };
  /** Of all boxes; null without a detector. */
  readonly detection: DetectionFigures | null;
  /** Of the boxes that the decision rule keeps; null without a detector. */
  readonly afterRule: DetectionFigures | null;
  /** Annotated lesions whose label is none of the 7 classes: they make an image abnormal and are not looked for. */
  readonly lesionsOutsideClasses: number;
}

/** Annotations and predictions joined by image, in the order of the annotations. */
export interface Joined {
  readonly scores: Float64Array;
  readonly positive: readonly boolean[];
  /** null without a detector. */
  readonly cases: readonly DetectionCase[] | null;
  readonly truth: readonly Annotation[];
}

/**
 * Predictions of images that are not annotated are ignored.
 * @throws SpineXRError INVALID_ARGUMENT when an annotated image has no prediction or two, some predictions only have
 * findings, or a finding's label is none of the 7 classes
 */
export function join(predictions: readonly Prediction[], annotations: readonly Annotation[]): Joined {
  const byId = new Map<string, Prediction>();
  for (const prediction of predictions) {
    if (byId.has(prediction.imageId)) invalid(`There are two predictions of image ${prediction.imageId}.`);
    byId.set(prediction.imageId, prediction);
    for (const { label } of prediction.findings ?? [])
      if (!LESION_CLASSES.includes(label))
        invalid(
          `Image ${prediction.imageId} has a finding "${label}".${suggestion(label, LESION_CLASSES)} ` +
            `Labels are: ${LESION_CLASSES.join(", ")}.`,
        );
  }
  const chosen = annotations.map(({ imageId }) => {
    const prediction = byId.get(imageId);
    if (prediction === undefined)
      invalid(`The annotated image ${imageId} has no prediction; predict all images.`);
    return prediction;
  });
  const blind = chosen.filter(({ findings }) => findings === null).length;
  if (blind > 0 && blind < chosen.length)
    invalid(
      `${blind} of ${chosen.length} predictions have no list of findings; give all of them one or none.`,
    );
  return {
    scores: Float64Array.from(chosen, ({ abnormalProbability }) => abnormalProbability),
    positive: annotations.map(({ abnormal }) => abnormal),
    cases:
      blind > 0
        ? null
        : chosen.map(({ findings }, i) => ({ truth: annotations[i].lesions, findings: findings ?? [] })),
    truth: annotations,
  };
}

/**
 * Classification figures with intervals, and detection figures before and after the decision rule.
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function evaluate(data: Joined, options: EvaluateOptions = {}): Evaluation {
  const { scores, positive, cases, truth } = data;
  const { keepThreshold } = options;
  const threshold = options.threshold ?? youdenThreshold(rocCurve(scores, positive));
  if (threshold === Number.POSITIVE_INFINITY)
    invalid(
      "No threshold separates these predictions better than calling nobody abnormal; give a threshold.",
    );
  checkRange("evaluate", "threshold", threshold, 0, 1);
  const at = rates(confusionAt(scores, positive, threshold));
  const { ece, brier } = reliability(scores, positive);
  return {
    images: truth.length,
    abnormalImages: positive.filter(Boolean).length,
    auroc: auroc(scores, positive),
    threshold,
    ...at,
    ci: bootstrap(scores, positive, threshold, options),
    predictiveValues: predictiveValues(at.sensitivity, at.specificity),
    calibration: { ece, brier },
    detection: cases === null ? null : detectionFigures(cases, options),
    afterRule:
      cases === null ? null : detectionFigures(afterRule(cases, scores, threshold, keepThreshold), options),
    lesionsOutsideClasses: truth
      .flatMap(({ lesions }) => lesions)
      .filter(({ label }) => !LESION_CLASSES.includes(label)).length,
  };
}

/** The cases with the findings that the decision rule keeps. */
export function afterRule(
  cases: readonly DetectionCase[],
  scores: ArrayLike<number>,
  threshold: number,
  keepThreshold?: number,
): DetectionCase[] {
  return cases.map(({ truth, findings }, i) => ({
    truth,
    findings: applyDecisionRule(findings, scores[i], threshold, keepThreshold),
  }));
}

const MOST_AP_SAMPLES = 1000;

function detectionFigures(
  cases: readonly DetectionCase[],
  { samples = MOST_AP_SAMPLES, seed }: BootstrapOptions,
): DetectionFigures | null {
  const known = cases.some(({ truth }) => truth.some(({ label }) => LESION_CLASSES.includes(label)));
  if (!known) return null;
  const { ap, map, iouThresholds } = cocoAp(cases);
  const curve = froc(cases);
  return {
    boxes: cases.reduce((count, { findings }) => count + findings.length, 0),
    map50: map[map.length - 1],
    ap50: Object.fromEntries(Object.entries(ap).map(([label, row]) => [label, row[row.length - 1]])),
    ci: bootstrapAp(cases, { samples: Math.min(samples, MOST_AP_SAMPLES), seed }),
    iouThresholds,
    map,
    froc: FROC_POINTS.map((limit, i) => ({ falsePositivesPerImage: limit, sensitivity: curve.atPoints[i] })),
  };
}
