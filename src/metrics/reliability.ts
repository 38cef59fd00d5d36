/** Whether probabilities are frequencies. */
import { checkRange, checkScores, checkWhole } from "./check.ts";

export interface ReliabilityBin {
  /** Probabilities in [from, to); the last bin includes 1. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability; null in an empty bin. */
  readonly predicted: number | null;
  /** Share of positive cases; null in an empty bin. */
  readonly observed: number | null;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error, 0..1: mean |predicted - observed| over cases (Naeini et al., 2015). */
  readonly ece: number;
  /** Brier score, 0..1: mean squared error of the probability. */
  readonly brier: number;
}

/**
 * Bins of equal width.
 * @param probabilities [n], 0..1
 * @param positive [n]
 * @param bins 1..1000
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function reliability(
  probabilities: ArrayLike<number>,
  positive: readonly boolean[],
  bins = 10,
): Reliability {
  checkScores("reliability", probabilities, positive);
  checkWhole("reliability", "bins", bins, 1, 1000);
  const n = probabilities.length;
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const positives = new Float64Array(bins);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    checkRange("reliability", "probability", probabilities[i], 0, 1);
    const bin = Math.min(bins - 1, Math.floor(probabilities[i] * bins));
    const outcome = positive[i] ? 1 : 0;
    counts[bin]++;
    sums[bin] += probabilities[i];
    positives[bin] += outcome;
    squares += (probabilities[i] - outcome) ** 2;
  }
  return {
    bins: Array.from(counts, (count, bin) => ({
      from: bin / bins,
      to: (bin + 1) / bins,
      count,
      predicted: count === 0 ? null : sums[bin] / count,
      observed: count === 0 ? null : positives[bin] / count,
    })),
    ece: sums.reduce((error, sum, bin) => error + Math.abs(sum - positives[bin]), 0) / n,
    brier: squares / n,
  };
}
