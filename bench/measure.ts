/** Cases to results: processes, equal answers, turns. */

import { summarize } from "../src/benchmark/summary.ts";
import type { Case } from "./cases/case.ts";
import { compareOutputs } from "./compare.ts";
import { type Contestant, interleave, type Measured } from "./interleave.ts";
import { describeMachine, type Load } from "./machine.ts";
import { type Job, keyOf, type Outputs, type PeerSpec, Unavailable } from "./peers/peer.ts";
import { RemotePeer } from "./peers/remote.ts";
import type { CaseResult, Omitted, PeerResult, Results } from "./results.ts";

/** After a wait the caches hold another peer's data. */
const WARM_UP = 1;
/** A turn of timed runs: as many as fit into this time, 1 to RUNS. */
const RUNS = 5;
const TURN_MS = 1000;
/** Memory hardly differs from process to process. */
const MEMORY_ROUNDS = 3;

export interface MeasureOptions {
  readonly rounds: number;
  /** Accept turns however busy others were. */
  readonly noisy: boolean;
}

/** Cases that share job and measure take turns; a case that cannot run does not stop the others. */
export async function measure(cases: readonly Case[], options: MeasureOptions): Promise<Results> {
  const results: CaseResult[] = [];
  const [skipped, failed]: Omitted[][] = [[], []];
  for (const group of groupsOf(cases)) {
    try {
      results.push(...(await measureGroup(group, options, omit)));
    } catch (error) {
      for (const { name } of group) omit(name, error as Error);
    }
  }
  function omit(name: string, error: Error): void {
    (error instanceof Unavailable ? skipped : failed).push({ name, reason: error.message });
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    rounds: options.rounds,
    cases: results,
    skipped,
    failed,
  };
}

/** In the order of each group's first case. */
function groupsOf(cases: readonly Case[]): Case[][] {
  const groups: Case[][] = [];
  for (const each of cases) {
    const group = groups.find(([first]) => first!.job === each.job && first!.measure === each.measure);
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
}

const BARE: PeerSpec = { kind: "bare", threads: 1 };

async function measureGroup(
  group: readonly Case[],
  { rounds, noisy }: MeasureOptions,
  omit: (name: string, error: Error) => void,
): Promise<CaseResult[]> {
  const { measure, job: makeJob } = group[0]!;
  const progress = process.stderr.isTTY
    ? (text: string) => process.stderr.write(`\r\x1b[K${text}`)
    : () => {};
  progress(`${group[0]!.name}: preparing`);
  let made: Promise<Job> | null = null;
  const job = (): Promise<Job> => {
    made ??= makeJob();
    return made;
  };
  const entries = new Map<string, Entry | Error>();
  const enter = async (spec: PeerSpec, reference: PeerSpec | null): Promise<void> => {
    if (entries.has(keyOf(spec))) return;
    const model = reference === null ? null : entries.get(keyOf(reference))!;
    const entry = model instanceof Error ? model : await Entry.open(job, spec, measure, model);
    entries.set(keyOf(spec), entry);
  };
  try {
    for (const { ours, rival, reference } of group) {
      await enter(reference, null);
      await enter(ours, reference);
      await enter(rival, reference);
    }
    if (measure === "memory") await enter(BARE, null);
    const runnable = group.filter(({ name, ours, rival }) => {
      const problem = [ours, rival].map((s) => entries.get(keyOf(s))).find((e) => e instanceof Error);
      if (problem instanceof Error) omit(name, problem);
      return problem === undefined;
    });
    const entryOf = (spec: PeerSpec): Entry => entries.get(keyOf(spec)) as Entry;
    const specs = runnable.flatMap(({ ours, rival }) => [ours, rival]);
    if (measure === "memory") specs.push(BARE);
    const distinct = [...new Set(specs.map(entryOf))];
    const all = measure === "memory" ? Math.min(rounds, MEMORY_ROUNDS) : rounds;
    const measured = await interleave(distinct, all, !noisy && measure !== "memory", (round) =>
      progress(`${group[0]!.name}: round ${round + 1} of ${all}`),
    );
    const bare = measure === "memory" ? summarize(measured.get(entryOf(BARE))!.values).median : 0;
    const result = (spec: PeerSpec) => peerResult(entryOf(spec), measured.get(entryOf(spec))!, bare);
    return runnable.map(({ name, what, images = 1, target = null, ours, rival }) => {
      const [a, b] = [result(ours), result(rival)];
      const unit = measure === "memory" ? "MB" : "ms";
      return { name, what, measure, unit, images, ours: a, rival: b, ratio: b.median / a.median, target };
    });
  } finally {
    for (const entry of entries.values()) if (entry instanceof Entry) entry.close();
    progress("");
  }
}

/** A peer whose answers are right. */
class Entry implements Contestant {
  readonly spec: PeerSpec;
  readonly about: string;
  readonly outputs: Outputs;
  readonly difference: number;
  readonly #job: () => Promise<Job>;
  readonly #measure: Case["measure"];
  /** Only what is timed warm lives between turns. */
  readonly #peer: RemotePeer | null;

  private constructor(
    job: () => Promise<Job>,
    measure: Case["measure"],
    peer: RemotePeer,
    found: { about: string; outputs: Outputs; difference: number },
  ) {
    this.spec = peer.spec;
    this.about = found.about;
    this.outputs = found.outputs;
    this.difference = found.difference;
    this.#job = job;
    this.#measure = measure;
    this.#peer = measure === "time" ? peer : null;
    if (this.#peer === null) peer.close();
  }

  /** @returns what is wrong with the peer or its answers, where something is */
  static async open(
    job: () => Promise<Job>,
    spec: PeerSpec,
    measure: Case["measure"],
    reference: Entry | null,
  ): Promise<Entry | Error> {
    let peer: RemotePeer | null = null;
    try {
      peer = await RemotePeer.start(spec, job);
      const { about } = await peer.open();
      const outputs = await peer.infer();
      const difference = compareOutputs(about, outputs, reference?.outputs ?? outputs);
      return new Entry(job, measure, peer, { about, outputs, difference });
    } catch (error) {
      peer?.close();
      return error as Error;
    }
  }

  get pid(): number | null {
    return this.#peer?.pid ?? null;
  }

  async enter(): Promise<RemotePeer> {
    return this.#peer ?? RemotePeer.start(this.spec, this.#job);
  }

  async measure(peer: RemotePeer): Promise<readonly number[]> {
    if (this.#measure === "time") return peer.burst(WARM_UP, RUNS, TURN_MS);
    const { ms } = await peer.open();
    return [this.#measure === "load" ? ms : (await peer.peakBytes()) / 1e6];
  }

  leave(peer: RemotePeer): void {
    if (peer !== this.#peer) peer.close();
  }

  close(): void {
    this.#peer?.close();
  }
}

function peerResult({ about, spec, difference }: Entry, measured: Measured, bare: number): PeerResult {
  const { values, loads, repeated, noisy } = measured;
  const most = (key: keyof Load) => (loads.length === 0 ? null : Math.max(...loads.map((load) => load[key])));
  return {
    about,
    threads: spec.threads,
    ...summarize(values.map((value) => value - bare)),
    difference,
    foreignLoad: most("foreign"),
    idlePeersLoad: most("idlePeers"),
    repeatedTurns: repeated,
    noisyTurns: noisy,
  };
}
