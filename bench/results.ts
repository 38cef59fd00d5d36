/** What a run of the benchmark found. */
import type { Machine } from "./machine.ts";
import type { Summary } from "./stats.ts";

export interface PeerResult extends Summary {
  readonly about: string;
  readonly threads: number;
  /** Largest difference from onnxruntime-node, in units of max(1, |value|). */
  readonly difference: number;
  /** Largest share of the processors that others took during a turn that was kept; null where unknown. */
  readonly foreignLoad: number | null;
  readonly idlePeersLoad: number | null;
  readonly repeatedTurns: number;
  readonly noisyTurns: number;
}

export interface CaseResult {
  readonly name: string;
  readonly ours: PeerResult;
  readonly rival: PeerResult;
  /** Median of the rival over ours: above 1, ours is faster. */
  readonly ratio: number;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly model: string;
  readonly dims: readonly number[];
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
}

/** Nothing may be slower than onnxruntime by more than this factor. */
export const MOST_TIMES_SLOWER = 2;

export const tooSlow = ({ ratio }: CaseResult): boolean => ratio < 1 / MOST_TIMES_SLOWER;
