/** Results as Markdown, which also reads well in a terminal. */
import type { PeerResult, Results } from "./results.ts";
import { tooSlow } from "./results.ts";

const HEAD = ["case", "ours", "ms", "rival", "ms", "rival / ours"];

export function toTable({ cases }: Results): string {
  const rows = cases.map((result) => [
    result.name,
    result.ours.about,
    times(result.ours),
    result.rival.about,
    times(result.rival),
    `${result.ratio.toFixed(2)}${tooSlow(result) ? " TOO SLOW" : ""}`,
  ]);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(HEAD), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Median, deviation, tail. */
const times = ({ median, mad, p95 }: PeerResult): string =>
  `${median.toFixed(1)} ±${mad.toFixed(1)} (p95 ${p95.toFixed(1)})`;

export function toMarkdown(results: Results): string {
  const { machine, cases } = results;
  const peers = cases.flatMap(({ ours, rival }) => [ours, rival]);
  const most = (values: readonly (number | null)[]): string => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? "unknown" : `${(100 * Math.max(...known)).toFixed(0)} %`;
  };
  const sum = (key: "repeatedTurns" | "noisyTurns") => peers.reduce((total, peer) => total + peer[key], 0);
  return `# Results

Written by \`npm run bench -- --write\`; README.md says how to read it. Milliseconds per run: median ± median absolute deviation
(95th percentile). A ratio above 1 means that ours is faster.

${toTable(results)}

* ${results.date}, ${machine.cpu}, ${machine.processors} processors, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node} (V8 ${machine.v8})
* ${results.model}, input ${results.dims.join(" x ")} float32, ${results.rounds} rounds, ${cases[0]?.ours.count ?? 0} timed runs per peer
* largest difference of any answer from onnxruntime-node: ${Math.max(...peers.map((p) => p.difference)).toExponential(1)}
* processor time taken by others during the turns that count: at most ${most(peers.map((p) => p.foreignLoad))}; by peers
  that should be idle: at most ${most(peers.map((p) => p.idlePeersLoad))}; turns repeated as noisy: ${sum("repeatedTurns")}, kept although noisy:
  ${sum("noisyTurns")}
`;
}
