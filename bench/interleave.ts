/** Round-robin of short bursts, so that slow changes of the machine meet all peers alike. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Load, loadBetween, sampleLoad } from "./machine.ts";
import type { RemotePeer } from "./peers/remote.ts";

const RUNS = 5;
/** After a wait the caches hold another peer's data. */
const WARM_UP = 1;
/** Thread pools may spin for a while after their last work; the next peer's turn begins after that. */
const SETTLE_MS = 60;
/** A turn during which others used more than this share of all processors is repeated. */
export const MAX_FOREIGN = 0.15;
const MAX_REPEATS = 5;
/** Before the first repeat; doubles with each, so that a passing disturbance can pass. */
const PATIENCE_MS = 250;
/** Peers that should be idle must be. */
const MAX_IDLE = 0.05;

export interface Timed {
  readonly ms: number[];
  /** Load during each turn that was kept; empty where it cannot be known. */
  readonly loads: Load[];
  /** Repeats of noisy turns. */
  repeated: number;
  /** Turns that were kept although noisy, the least disturbed of all repeats. */
  noisy: number;
}

export async function interleave(
  peers: readonly RemotePeer[],
  rounds: number,
  onRound: (round: number) => void,
): Promise<Map<RemotePeer, Timed>> {
  const pids = [process.pid, ...peers.map(({ pid }) => pid)];
  const timed = new Map<RemotePeer, Timed>(
    peers.map((peer) => [peer, { ms: [], loads: [], repeated: 0, noisy: 0 }]),
  );
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    // every other round backwards: no peer always follows the same one
    for (const peer of round % 2 === 0 ? peers : [...peers].reverse()) {
      const result = timed.get(peer)!;
      let best = await takeTurn(peer, pids);
      for (let repeat = 0; best.noisy && repeat < MAX_REPEATS; repeat++) {
        await sleep(PATIENCE_MS * 2 ** repeat);
        const turn = await takeTurn(peer, pids);
        result.repeated++;
        if (!turn.noisy || disturbance(turn) < disturbance(best)) best = turn;
      }
      if (best.noisy) result.noisy++;
      result.ms.push(...best.ms);
      if (best.load !== null) result.loads.push(best.load);
    }
  }
  return timed;
}

interface Turn {
  readonly ms: readonly number[];
  readonly load: Load | null;
  readonly noisy: boolean;
}

async function takeTurn(peer: RemotePeer, pids: readonly number[]): Promise<Turn> {
  await sleep(SETTLE_MS);
  const before = sampleLoad(pids);
  const ms = await peer.burst(WARM_UP, RUNS);
  const load = loadBetween(before, sampleLoad(pids), peer.pid);
  const noisy = load !== null && (load.foreign > MAX_FOREIGN || load.idlePeers > MAX_IDLE);
  return { ms, load, noisy };
}

const disturbance = ({ load }: Turn): number => (load === null ? 0 : load.foreign + load.idlePeers);
