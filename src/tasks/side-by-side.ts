/** Several networks on one picture. */

/**
 * The results, in order. One after another, so that each has all processors and memory stays that of one; all at once where
 * the backend runs them `sideBySide`.
 */
export async function runEach<T>(works: readonly (() => Promise<T>)[], sideBySide: boolean): Promise<T[]> {
  if (sideBySide) return Promise.all(works.map((work) => work()));
  const results: T[] = [];
  for (const work of works) results.push(await work());
  return results;
}
