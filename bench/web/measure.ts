/** Cases to a document: engines opened, answers compared, times taken in turns. No page in here. */
import { type Answers, largestDifference } from "../../src/benchmark/answers.ts";
import { burst } from "../../src/benchmark/burst.ts";
import {
  type BenchDocument,
  type BenchEntry,
  type BenchOmission,
  makeDocument,
} from "../../src/benchmark/document.ts";
import { summarize } from "../../src/benchmark/summary.ts";
import { takeTurns } from "../../src/benchmark/turns.ts";
import type { Engine, OpenEngine, Surroundings } from "./engines.ts";
import type { WebCase } from "./site.ts";

/** As in ../compare.ts. */
export const TOLERANCE = 1e-3;
const TURN = { warmUp: 1, runs: 5, ms: 1000 } as const;
/** Thread pools may spin for a while after their last work. */
const SETTLE_MS = 60;

export interface MeasureOptions {
  readonly cases: readonly WebCase[];
  readonly engines: readonly Engine[];
  readonly surroundings: Surroundings;
  readonly machine: BenchDocument["machine"];
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** A sentence about what is done now, and how much of all is done, 0 to 1. */
  readonly onProgress: (what: string, share: number) => void;
  /** What is known so far, after each case. */
  readonly onResults: (document: BenchDocument) => void;
}

/** What one engine cannot do does not stop the others. @throws the signal's reason */
export async function measure(options: MeasureOptions): Promise<BenchDocument> {
  const { cases, engines, surroundings, machine, signal, onResults } = options;
  const entries: BenchEntry[] = [];
  const [skipped, failed]: BenchOmission[][] = [[], []];
  const usable: Engine[] = [];
  for (const engine of engines) {
    const reason = await engine.missing(surroundings).catch((error: Error) => error.message);
    if (reason === "") usable.push(engine);
    else skipped.push({ name: engine.name, reason });
  }
  const document = () => makeDocument({ machine, entries: [...entries], skipped, failed: [...failed] });
  for (const [index, each] of cases.entries()) {
    signal.throwIfAborted();
    entries.push(...(await measureCase(each, index / cases.length, usable, failed, options)));
    onResults(document());
  }
  return document();
}

async function measureCase(
  each: WebCase,
  share: number,
  engines: readonly Engine[],
  failed: BenchOmission[],
  { cases, surroundings, rounds, signal, onProgress }: MeasureOptions,
): Promise<BenchEntry[]> {
  const opened: {
    readonly engine: OpenEngine;
    readonly difference: number | null;
    readonly times: number[];
  }[] = [];
  let reference: Answers | null = null;
  try {
    for (const { name, open } of engines) {
      signal.throwIfAborted();
      onProgress(`${each.name}: ${name} loads`, share);
      try {
        const engine = await open(each, surroundings);
        const answers = await engine.run();
        const difference = reference === null ? null : largestDifference(answers, reference);
        if (difference !== null && !(difference <= TOLERANCE)) {
          await engine.close();
          throw new Error(`Its answers differ by ${difference.toExponential(1)}; nothing was timed.`);
        }
        reference ??= answers;
        opened.push({ engine, difference, times: [] });
      } catch (error) {
        failed.push({ name: `${each.name}, ${name}`, reason: (error as Error).message });
      }
    }
    let turns = 0;
    await takeTurns(opened, rounds, async ({ engine, times }) => {
      signal.throwIfAborted();
      const part = turns++ / (rounds * opened.length);
      onProgress(`${each.name}: ${engine.about}`, share + part / cases.length);
      await new Promise((done) => setTimeout(done, SETTLE_MS));
      times.push(...(await burst(() => engine.run(), { ...TURN, signal })));
    });
    return opened.map(({ engine, difference, times }) => ({
      subject: each.subject,
      measure: "time",
      engine: engine.about,
      threads: engine.threads,
      unit: "ms",
      images: each.images,
      difference,
      ...summarize(times),
    }));
  } finally {
    for (const { engine } of opened) await engine.close();
  }
}
