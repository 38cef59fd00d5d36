/** What a run of the benchmark found. */
import { type BenchDocument, type BenchEntry, makeDocument } from "../src/benchmark/document.ts";
import type { Summary } from "../src/benchmark/summary.ts";
import type { Measure } from "./cases/case.ts";
import type { Machine } from "./machine.ts";

export interface PeerResult extends Summary {
  readonly about: string;
  readonly threads: number;
  /** Largest difference from the reference, in units of max(1, |value|). */
  readonly difference: number;
  /** Largest share of the processors that others took during a turn that was kept; null where unknown. */
  readonly foreignLoad: number | null;
  readonly idlePeersLoad: number | null;
  readonly repeatedTurns: number;
  readonly noisyTurns: number;
}

export interface CaseResult {
  readonly name: string;
  readonly what: string;
  readonly measure: Measure;
  readonly unit: "ms" | "MB";
  /** Pictures in a run. */
  readonly images: number;
  readonly ours: PeerResult;
  readonly rival: PeerResult;
  /** Median of the rival over ours: above 1, ours is faster or smaller. */
  readonly ratio: number;
  /** What the ratio must reach on a quiet machine with 2 processors and AVX-512; null: nothing is demanded. */
  readonly target: number | null;
}

/** A case without numbers, and why. */
export interface Omitted {
  readonly name: string;
  readonly reason: string;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
  /** What this machine or installation cannot run. */
  readonly skipped: readonly Omitted[];
  /** Different answers, or a peer that ended. */
  readonly failed: readonly Omitted[];
}

/** Nothing may be slower than its rival by more than this factor. */
export const MOST_TIMES_SLOWER = 2;

export const tooSlow = ({ ratio }: CaseResult): boolean => ratio < 1 / MOST_TIMES_SLOWER;

/** What `spinexr bench --merge` reads: each contestant once for each subject. */
export function toDocument({ machine, cases, skipped, failed }: Results): BenchDocument {
  const entries = new Map<string, BenchEntry>();
  for (const { what: subject, measure, unit, images, ours, rival } of cases)
    for (const { about: engine, threads, difference, count, median, p95, mad, least } of [ours, rival]) {
      const summary = { count, median, p95, mad, least };
      const entry = { subject, measure, engine, threads, unit, images, difference, ...summary };
      entries.set(JSON.stringify(entry), entry);
    }
  return makeDocument({ machine, entries: [...entries.values()], skipped, failed });
}
