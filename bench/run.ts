/** The benchmark: checks that all peers agree, times them in turns, prints what it found. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Case, CLASSIFY, REFERENCE } from "./cases/classify.ts";
import { compareOutputs } from "./compare.ts";
import { interleave, type Timed } from "./interleave.ts";
import { describeMachine, type Load } from "./machine.ts";
import { denseNet121 } from "./models.ts";
import { HELP, type Options, parseOptions, UsageError } from "./options.ts";
import type { InputTensor, PeerSpec } from "./peers/peer.ts";
import { RemotePeer } from "./peers/remote.ts";
import { random } from "./random.ts";
import { MOST_TIMES_SLOWER, type PeerResult, type Results, tooSlow } from "./results.ts";
import { summarize } from "./stats.ts";
import { toMarkdown, toTable } from "./table.ts";

const INPUT_SEED = 7;

async function measure(options: Options, cases: readonly Case[]): Promise<Results> {
  const model = options.model ?? (await denseNet121());
  const input = randomPixels(options.dims);
  const peers = new Map<string, RemotePeer>();
  const peerOf = (spec: PeerSpec): RemotePeer => peers.get(JSON.stringify(spec))!;
  try {
    const specs = cases.flatMap(({ ours, rival }) => [ours, rival]);
    for (const spec of [REFERENCE, ...specs])
      if (!peers.has(JSON.stringify(spec)))
        peers.set(JSON.stringify(spec), await RemotePeer.open(model, spec));
    const expected = await peerOf(REFERENCE).infer(input);
    const differences = new Map<RemotePeer, number>();
    for (const peer of peers.values())
      differences.set(peer, compareOutputs(peer.about, await peer.infer(input), expected));

    const distinct = [...new Set(specs.map(peerOf))];
    const progress = process.stderr.isTTY ? (text: string) => process.stderr.write(text) : () => {};
    const timed = await interleave(distinct, options.rounds, (round) =>
      progress(`\rround ${round + 1} of ${options.rounds}`),
    );
    progress("\r\x1b[K");
    const result = (spec: PeerSpec): PeerResult => {
      const peer = peerOf(spec);
      return peerResult(peer, timed.get(peer)!, differences.get(peer)!);
    };
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      model: options.model === null ? "DenseNet-121, random weights" : basename(options.model),
      dims: options.dims,
      rounds: options.rounds,
      cases: cases.map(({ name, ours, rival }) => {
        const [a, b] = [result(ours), result(rival)];
        return { name, ours: a, rival: b, ratio: b.median / a.median };
      }),
    };
  } finally {
    for (const peer of peers.values()) peer.close();
  }
}

function peerResult({ about, spec }: RemotePeer, timed: Timed, difference: number): PeerResult {
  const most = (key: keyof Load) =>
    timed.loads.length === 0 ? null : Math.max(...timed.loads.map((load) => load[key]));
  return {
    about,
    threads: spec.threads,
    ...summarize(timed.ms),
    difference,
    foreignLoad: most("foreign"),
    idlePeersLoad: most("idlePeers"),
    repeatedTurns: timed.repeated,
    noisyTurns: timed.noisy,
  };
}

/** Like a prepared radiograph: grey values on the scale 0 to 255 around their mean. */
function randomPixels(dims: readonly number[]): InputTensor {
  const next = random(INPUT_SEED);
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 255 * next() - 127.5);
  return { dims, data };
}

function choose(filters: readonly string[]): Case[] {
  const chosen = CLASSIFY.filter(({ name }) => filters.length === 0 || filters.some((f) => name.includes(f)));
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `No case matches ${filters.join(", ")}; there are: ${CLASSIFY.map((c) => c.name).join(", ")}.`,
  );
}

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const results = await measure(options, choose(options.cases));
  const json = `${JSON.stringify(results, null, 2)}\n`;
  if (options.json === "-") process.stdout.write(json);
  else {
    console.log(toTable(results));
    if (options.json !== null) writeFileSync(options.json, json);
  }
  if (options.write) writeFileSync(new URL("RESULTS.md", import.meta.url), toMarkdown(results));
  const slow = results.cases.filter(tooSlow);
  for (const { name } of slow)
    console.error(`${name} is more than ${MOST_TIMES_SLOWER} times as slow as its rival.`);
  return slow.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  if (error instanceof UsageError) console.error("See --help.");
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
