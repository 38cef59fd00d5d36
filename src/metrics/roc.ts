/** The receiver operating characteristic, as scikit-learn computes it. */
import { checkBinary, fallingOrder } from "./check.ts";

/** Points of equal index belong together; lengths are equal. */
export interface RocCurve {
  /** False positive rate, 0..1, not falling. */
  readonly fpr: Float64Array;
  /** True positive rate, 0..1, not falling. */
  readonly tpr: Float64Array;
  /** Falling; a case is called positive where score >= threshold. The first one is Infinity: nobody is. */
  readonly thresholds: Float64Array;
}

/**
 * One point per distinct score, and (0, 0) first. Equal scores make one point, whatever their labels.
 * Source: sklearn.metrics.roc_curve.
 *
 * @param scores [n], finite; larger means more likely positive
 * @param positive [n], both classes must occur
 * @param options.dropIntermediate leaves out points on a straight line between their neighbours (default true, as
 * scikit-learn)
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function rocCurve(
  scores: ArrayLike<number>,
  positive: readonly boolean[],
  options: { readonly dropIntermediate?: boolean } = {},
): RocCurve {
  checkBinary("rocCurve", scores, positive);
  const points: { tp: number; fp: number; threshold: number }[] = [];
  const order = fallingOrder(scores);
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < order.length; i++) {
    if (positive[order[i]]) tp++;
    else fp++;
    const threshold = scores[order[i]];
    if (i + 1 === order.length || scores[order[i + 1]] !== threshold) points.push({ tp, fp, threshold });
  }
  const bent = (i: number): boolean => {
    if (i === 0 || i === points.length - 1) return true;
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]];
    return c.tp - b.tp !== b.tp - a.tp || c.fp - b.fp !== b.fp - a.fp;
  };
  const kept = options.dropIntermediate === false ? points : points.filter((_, i) => bent(i));
  const all = [{ tp: 0, fp: 0, threshold: Number.POSITIVE_INFINITY }, ...kept];
  return {
    fpr: Float64Array.from(all, (point) => point.fp / fp),
    tpr: Float64Array.from(all, (point) => point.tp / tp),
    thresholds: Float64Array.from(all, (point) => point.threshold),
  };
}

/**
 * Area under the ROC curve, 0..1: the share of (positive, negative) pairs that are in order, equal scores counting a
 * half. Equals the trapezoid area of sklearn.metrics.roc_auc_score; computed from whole numbers.
 *
 * @param scores [n], finite
 * @param positive [n], both classes must occur
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function auroc(scores: ArrayLike<number>, positive: readonly boolean[]): number {
  checkBinary("auroc", scores, positive);
  const order = fallingOrder(scores);
  let positives = 0;
  let negatives = 0;
  let twice = 0;
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]];
    let tied = 0;
    let tiedNegatives = 0;
    for (; i < order.length && scores[order[i]] === score; i++) {
      if (positive[order[i]]) tied++;
      else tiedNegatives++;
    }
    // Each negative here is below all earlier positives and level with those of its own score.
    twice += tiedNegatives * (2 * positives + tied);
    positives += tied;
    negatives += tiedNegatives;
  }
  return twice / (2 * positives * negatives);
}

/**
 * The threshold with the largest tpr - fpr (Youden's J, Cancer 3:32, 1950); of several, the highest threshold, which is
 * what numpy.argmax takes on scikit-learn's curve. Infinity where no threshold is better than calling nobody positive.
 */
export function youdenThreshold(curve: RocCurve): number {
  let best = 0;
  for (let i = 1; i < curve.thresholds.length; i++)
    if (curve.tpr[i] - curve.fpr[i] > curve.tpr[best] - curve.fpr[best]) best = i;
  return curve.thresholds[best];
}
