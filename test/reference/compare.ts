/** Comparisons of arrays against a reference. */

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

export interface Tolerance {
  /** Largest |actual - expected| allowed, as a share of the largest finite |expected|. */
  readonly relative?: number;
  /** Added to it, in the array's own unit. */
  readonly absolute?: number;
}

/** sqrt(sum (actual - expected)^2 / sum expected^2); 0 when both are all zero. */
export function relativeL2(actual: Numbers, expected: Numbers): number {
  let error = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (Number(actual[i]) - Number(expected[i])) ** 2;
    size += Number(expected[i]) ** 2;
  }
  return error === 0 ? 0 : Math.sqrt(error / size);
}

/** Largest finite magnitude. */
export function magnitude(data: Numbers): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(Number(data[i]));
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  return largest;
}

/**
 * Describes the first element outside the tolerance, with its index, and the worst one; null when all are inside.
 * NaN equals NaN and an infinity equals itself; without a tolerance elements must be equal.
 */
export function findMismatch(
  actual: Numbers,
  expected: Numbers,
  dims: readonly number[],
  tolerance: Tolerance = {},
): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  const limit = (tolerance.relative ?? 0) * magnitude(expected) + (tolerance.absolute ?? 0);
  let first = -1;
  let count = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [Number(actual[i]), Number(expected[i])];
    if (Object.is(a, e) || a === e) continue;
    const error = Math.abs(a - e);
    if (error <= limit) continue;
    count++;
    if (first < 0) first = i;
    if (!(error <= worst)) worst = error;
  }
  if (first < 0) return null;
  const index = dims.map((size, axis) => {
    const inner = dims.slice(axis + 1).reduce((x, y) => x * y, 1);
    return Math.floor(first / inner) % size;
  });
  return (
    `[${index.join(", ")}] of [${dims.join(", ")}]: ${Number(actual[first])} instead of ${Number(expected[first])}; ` +
    `${count} of ${expected.length} elements are off by more than ${limit.toExponential(2)}, ` +
    `worst ${worst.toExponential(2)}, relative L2 ${relativeL2(actual, expected).toExponential(2)}`
  );
}

interface Output {
  readonly dims: readonly number[];
  readonly data: Numbers;
}

/** Throws unless both hold the same outputs: names, dims, and elements within the tolerance. */
export function assertSameOutputs(
  actual: ReadonlyMap<string, Output>,
  expected: ReadonlyMap<string, Output>,
  tolerance: Tolerance,
  context = "",
): void {
  for (const [name, { dims, data }] of expected) {
    const found = actual.get(name);
    if (found === undefined) throw new Error(`${context} output "${name}" is missing`);
    if (found.dims.join() !== dims.join()) {
      throw new Error(`${context} output "${name}" is [${found.dims}] instead of [${dims}]`);
    }
    const mismatch = findMismatch(found.data, data, dims, tolerance);
    if (mismatch !== null) throw new Error(`${context} output "${name}" ${mismatch}`);
  }
  if (actual.size !== expected.size)
    throw new Error(`${context} ${actual.size} outputs instead of ${expected.size}`);
}
