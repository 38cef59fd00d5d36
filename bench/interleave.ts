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
const MAX_REPEATS = 4;
/** Peers that should be idle must be. */
const MAX_IDLE = 0.05;

export interface Timed {
  readonly ms: number[];
  /** Load during each turn that was kept; empty where it cannot be known. */
  readonly loads: Load[];
  /** Turns that were thrown away as noisy. */
  repeated: number;
  /** Turns that were kept although noisy: the repeats were used up. */
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
      for (let attempt = 0; ; attempt++) {
        await sleep(SETTLE_MS);
        const before = sampleLoad(pids);
        const ms = await peer.burst(WARM_UP, RUNS);
        const load = loadBetween(before, sampleLoad(pids), peer.pid);
        const noisy = load !== null && (load.foreign > MAX_FOREIGN || load.idlePeers > MAX_IDLE);
        if (noisy && attempt < MAX_REPEATS) {
          result.repeated++;
          continue;
        }
        if (noisy) result.noisy++;
        result.ms.push(...ms);
        if (load !== null) result.loads.push(load);
        break;
      }
    }
  }
  return timed;
}
