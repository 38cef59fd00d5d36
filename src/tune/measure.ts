/** How long a convolution takes by each algorithm, on the backend and threads that will run it. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { BackendInstance, Executor } from "../backends/backend.ts";
import type { ConvAlgorithm } from "../plan/conv-algorithm.ts";
import type { ConvSite } from "../plan/conv-site.ts";
import type { Times } from "./candidates.ts";
import { makeTrial, type Trial } from "./trial.ts";

/** null: the convolution is too large to be measured here. */
export type Measure = (
  site: ConvSite,
  algorithms: readonly ConvAlgorithm[],
  signal?: AbortSignal,
) => Promise<Times | null>;

/** Milliseconds of steps for one convolution, which decide how often it runs. */
const BUDGET = 24;
/** Even of one that takes seconds: medians of fewer say nothing. */
const LEAST_RUNS = 3;
const MOST_RUNS = 24;
/** Before an algorithm is timed first, it runs for so long: processors rise to their clock, WebAssembly gets compiled. */
const WARM_UP = 200;

/** Measures on `instance`. Its other work goes on between the runs. */
export function measureOn(instance: BackendInstance): Measure {
  const warm = new Set<ConvAlgorithm>();
  return async (site, algorithms, signal) => {
    throwIfAborted(signal);
    const trial = makeTrial(site, algorithms);
    if (trial === null) return null;
    let executor: Executor;
    try {
      executor = await instance.prepare(trial.plan);
    } catch (error) {
      if (error instanceof SpineXRError && error.code === "OUT_OF_MEMORY") return null;
      throw error;
    }
    try {
      const until = performance.now() + (algorithms.every((algorithm) => warm.has(algorithm)) ? 0 : WARM_UP);
      let total: number;
      do total = sum(await runOnce(executor, trial, signal));
      while (performance.now() < until);
      for (const algorithm of algorithms) warm.add(algorithm);
      const runs = Math.max(LEAST_RUNS, Math.min(MOST_RUNS, Math.round(BUDGET / total)));
      const samples = new Map<ConvAlgorithm, number[]>(algorithms.map((algorithm) => [algorithm, []]));
      for (let run = 0; run < runs; run++) {
        const steps = await runOnce(executor, trial, signal);
        for (const [i, algorithm] of trial.order.entries()) samples.get(algorithm)?.push(steps[i] as number);
      }
      return Object.fromEntries([...samples].map(([algorithm, times]) => [algorithm, median(times)]));
    } finally {
      await executor.dispose();
    }
  };
}

/** Milliseconds of the conv steps. */
async function runOnce(executor: Executor, { plan, inputs }: Trial, signal?: AbortSignal): Promise<number[]> {
  const { stepMs } = await executor.run(inputs, { signal, profile: true });
  return plan.steps.flatMap(({ kind }, i) => (kind === "conv" ? [stepMs?.[i] ?? 0] : []));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
