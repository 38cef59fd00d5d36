/** The timed runs of one turn. */
export interface BurstOptions {
  /** Untimed runs before: others have filled the caches. */
  readonly warmUp: number;
  /** At most so many timed runs. */
  readonly runs: number;
  /** No further run begins after so many milliseconds of timed ones. */
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/** @returns milliseconds of each timed run, at least one. @throws what `run` throws, or the signal's reason */
export async function burst(
  run: () => Promise<unknown>,
  { warmUp, runs, ms, signal }: BurstOptions,
): Promise<number[]> {
  for (let i = 0; i < warmUp; i++) {
    signal?.throwIfAborted();
    await run();
  }
  const times: number[] = [];
  for (let sum = 0; times.length === 0 || (times.length < runs && sum < ms); sum += times.at(-1)!) {
    signal?.throwIfAborted();
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}
