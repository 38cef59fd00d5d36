/** Counts and rates at one threshold. */
import { checkScores } from "./check.ts";

/** Counts of cases. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** All 0..1; a rate whose denominator is 0 is 0, as scikit-learn's zero_division=0. */
export interface Rates {
  /** 2 tp / (2 tp + fp + fn) */
  readonly f1: number;
  /** tp / (tp + fn), also called recall */
  readonly sensitivity: number;
  /** tn / (tn + fp) */
  readonly specificity: number;
  /** tp / (tp + fp), also called positive predictive value */
  readonly precision: number;
}

/**
 * @param scores [n], finite
 * @param positive [n]
 * @param threshold called positive where score >= threshold
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function confusionAt(
  scores: ArrayLike<number>,
  positive: readonly boolean[],
  threshold: number,
): Confusion {
  checkScores("confusionAt", scores, positive);
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (let i = 0; i < scores.length; i++) {
    const called = scores[i] >= threshold;
    if (positive[i]) counts[called ? "tp" : "fn"]++;
    else counts[called ? "fp" : "tn"]++;
  }
  return counts;
}

/** The rates of these counts. */
export function rates({ tp, fp, tn, fn }: Confusion): Rates {
  return {
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    sensitivity: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    precision: ratio(tp, tp + fp),
  };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
