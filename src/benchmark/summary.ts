/** Robust statistics of a list of times. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** 95th percentile, linear between neighbours. */
  readonly p95: number;
  /** Median absolute deviation from the median, unscaled. */
  readonly mad: number;
  readonly least: number;
}

/** @param values at least one finite number; not changed */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("No values to summarize.");
  const sorted = ascending(values);
  const median = quantile(sorted, 0.5);
  const mad = quantile(ascending(values.map((value) => Math.abs(value - median))), 0.5);
  return { count: values.length, median, p95: quantile(sorted, 0.95), mad, least: sorted[0]! };
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}
