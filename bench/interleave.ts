/** Peers take turns; turns that others disturbed are repeated. */
import { setTimeout as sleep } from "node:timers/promises";
import { takeTurns } from "../src/benchmark/turns.ts";
import { type Load, loadBetween, sampleLoad } from "./machine.ts";
import type { RemotePeer } from "./peers/remote.ts";

/** Thread pools may spin for a while after their last work; the next peer's turn begins after that. */
const SETTLE_MS = 60;
/** A turn during which others used more than this share of all processors is repeated. */
export const MAX_FOREIGN = 0.15;
const MAX_REPEATS = 5;
/** Before the first repeat; doubles with each, so that a passing disturbance can pass. */
const PATIENCE_MS = 250;
/** Peers that should be idle must be. */
const MAX_IDLE = 0.05;

/** One of those that take turns. */
export interface Contestant {
  /** Process that lives between turns; null: each turn has its own. */
  readonly pid: number | null;
  /** The process of the coming turn, ready. Not timed. */
  enter(): Promise<RemotePeer>;
  /** The turn. */
  measure(peer: RemotePeer): Promise<readonly number[]>;
  leave(peer: RemotePeer): void;
}

export interface Measured {
  readonly values: number[];
  /** Load during each turn that was kept; empty where it cannot be known. */
  readonly loads: Load[];
  /** Repeats of noisy turns. */
  repeated: number;
  /** Turns that were kept although noisy, the least disturbed of all repeats. */
  noisy: number;
}

/** @param quiet whether others who use the processors matter */
export async function interleave<C extends Contestant>(
  contestants: readonly C[],
  rounds: number,
  quiet: boolean,
  onRound: (round: number) => void,
): Promise<Map<C, Measured>> {
  const pids = [process.pid, ...contestants.flatMap(({ pid }) => pid ?? [])];
  const measured = new Map<C, Measured>(
    contestants.map((contestant) => [contestant, { values: [], loads: [], repeated: 0, noisy: 0 }]),
  );
  const turn = async (contestant: C): Promise<void> => {
    const result = measured.get(contestant)!;
    let best = await takeTurn(contestant, pids, quiet);
    for (let repeat = 0; best.noisy && repeat < MAX_REPEATS; repeat++) {
      await sleep(PATIENCE_MS * 2 ** repeat);
      const again = await takeTurn(contestant, pids, quiet);
      result.repeated++;
      if (!again.noisy || disturbance(again) < disturbance(best)) best = again;
    }
    if (best.noisy) result.noisy++;
    result.values.push(...best.values);
    if (best.load !== null) result.loads.push(best.load);
  };
  await takeTurns(contestants, rounds, turn, onRound);
  return measured;
}

interface Turn {
  readonly values: readonly number[];
  readonly load: Load | null;
  readonly noisy: boolean;
}

async function takeTurn(contestant: Contestant, pids: readonly number[], quiet: boolean): Promise<Turn> {
  const peer = await contestant.enter();
  try {
    await sleep(SETTLE_MS);
    const all = [...new Set([...pids, peer.pid])];
    const before = quiet ? sampleLoad(all) : null;
    const values = await contestant.measure(peer);
    const load = loadBetween(before, quiet ? sampleLoad(all) : null, peer.pid);
    const noisy = load !== null && (load.foreign > MAX_FOREIGN || load.idlePeers > MAX_IDLE);
    return { values, load, noisy };
  } finally {
    contestant.leave(peer);
  }
}

const disturbance = ({ load }: Turn): number => (load === null ? 0 : load.foreign + load.idlePeers);
