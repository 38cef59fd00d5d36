/** How far the answers of contestants differ. */

/** Numbers by name. */
export type Answers = Readonly<Record<string, ArrayLike<number>>>;

/**
 * The largest difference of any number, in units of max(1, |expected|). Infinity where an output is missing, has another length, or
 * either holds NaN.
 */
export function largestDifference(found: Answers, expected: Answers): number {
  let largest = 0;
  for (const [name, values] of Object.entries(expected)) {
    const others = Object.hasOwn(found, name) ? found[name]! : [];
    if (others.length !== values.length) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const difference = differenceOf(others[i]!, values[i]!);
      if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

/** In units of max(1, |expected|); 0 for equal infinities; NaN where one of them is. */
export const differenceOf = (found: number, expected: number): number =>
  found === expected ? 0 : Math.abs(found - expected) / Math.max(1, Math.abs(expected));
