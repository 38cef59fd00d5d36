/** Confidence intervals of the classification figures: the percentile bootstrap over images (Efron, 1979). */
import { checkBinary, checkWhole, fallingOrder } from "./check.ts";
import { type Rates, rates } from "./confusion.ts";
import { generator } from "./generator.ts";

export interface BootstrapOptions {
  /** Resamples, 40..1,000,000; default 10,000. */
  readonly samples?: number;
  /** 0..2^32-1; the same seed gives the same intervals. Default 0. */
  readonly seed?: number;
}

export interface Interval {
  readonly mean: number;
  /** The order statistic floor(0.025 N) from below, 0-based. */
  readonly lo: number;
  /** The order statistic floor(0.025 N) from above. */
  readonly hi: number;
}

export type Intervals = Readonly<Record<"auroc" | keyof Rates, Interval>>;

const TAIL = 0.025;

/**
 * 95 % intervals: images are drawn with replacement as many as there are, the threshold stays fixed, resamples with one
 * class only are drawn again. Time O(samples n) after one sort.
 *
 * @param scores [n], finite
 * @param positive [n], both classes must occur
 * @param threshold called positive where score >= threshold
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function bootstrap(
  scores: ArrayLike<number>,
  positive: readonly boolean[],
  threshold: number,
  options: BootstrapOptions = {},
): Intervals {
  checkBinary("bootstrap", scores, positive);
  const samples = options.samples ?? 10_000;
  const seed = options.seed ?? 0;
  checkWhole("bootstrap", "samples", samples, 40, 1_000_000);
  checkWhole("bootstrap", "seed", seed, 0, 2 ** 32 - 1);

  // Everything by rank from the highest score down, so that one walk over a resample's counts is a walk of the curve.
  const order = fallingOrder(scores);
  const n = order.length;
  const isPositive = Uint8Array.from(order, (i) => (positive[i] ? 1 : 0));
  const endsTie = Uint8Array.from(order, (i, k) =>
    k + 1 === n || scores[order[k + 1]] !== scores[i] ? 1 : 0,
  );
  const called = order.reduce((count, i) => count + (scores[i] >= threshold ? 1 : 0), 0);

  const figures = {
    auroc: new Float64Array(samples),
    f1: new Float64Array(samples),
    sensitivity: new Float64Array(samples),
    specificity: new Float64Array(samples),
    precision: new Float64Array(samples),
  };
  const draw = generator(seed);
  const counts = new Uint32Array(n);
  for (let sample = 0; sample < samples; ) {
    drawCounts(counts, draw);
    let drawn = 0;
    for (let k = 0; k < n; k++) drawn += counts[k] * isPositive[k];
    if (drawn === 0 || drawn === n) continue;
    const [area, tp, fp] = walk(counts, isPositive, endsTie, called);
    const at = rates({ tp, fp, fn: drawn - tp, tn: n - drawn - fp });
    figures.auroc[sample] = area / (2 * drawn * (n - drawn));
    figures.f1[sample] = at.f1;
    figures.sensitivity[sample] = at.sensitivity;
    figures.specificity[sample] = at.specificity;
    figures.precision[sample] = at.precision;
    sample++;
  }
  return {
    auroc: interval(figures.auroc),
    f1: interval(figures.f1),
    sensitivity: interval(figures.sensitivity),
    specificity: interval(figures.specificity),
    precision: interval(figures.precision),
  };
}

/** Twice the pairs in order (ties a half), and the true and false positives among the first `called` ranks. */
function walk(
  counts: Uint32Array,
  isPositive: Uint8Array,
  endsTie: Uint8Array,
  called: number,
): [area: number, tp: number, fp: number] {
  let area = 0;
  let above = 0;
  let tied = 0;
  let tiedNegatives = 0;
  let tp = 0;
  let fp = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k];
    if (isPositive[k] === 1) tied += count;
    else tiedNegatives += count;
    if (k < called) {
      if (isPositive[k] === 1) tp += count;
      else fp += count;
    }
    if (endsTie[k] === 1) {
      area += tiedNegatives * (2 * above + tied);
      above += tied;
      tied = 0;
      tiedNegatives = 0;
    }
  }
  return [area, tp, fp];
}

/** How often each of counts.length things is drawn when as many are drawn with replacement. */
export function drawCounts(counts: Uint32Array, draw: () => number): void {
  counts.fill(0);
  for (let i = 0; i < counts.length; i++) counts[Math.floor((draw() / 4294967296) * counts.length)]++;
}

/** Mean and order statistics; sorts `values`. */
export function interval(values: Float64Array): Interval {
  values.sort();
  const tail = Math.floor(TAIL * values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, lo: values[tail], hi: values[values.length - 1 - tail] };
}
