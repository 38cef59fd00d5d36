/** Results as Markdown, which also reads well in a terminal. */
import type { CaseResult, Omitted, PeerResult, Results } from "./results.ts";
import { tooSlow } from "./results.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

export function toTable({ cases, skipped, failed }: Results): string {
  const rows = cases.map((result) => [
    result.name,
    result.ours.about,
    values(result, result.ours),
    result.rival.about,
    values(result, result.rival),
    `${result.ratio.toFixed(2)}${tooSlow(result) ? " TOO SLOW" : ""}`,
    result.target?.toFixed(2) ?? "",
  ]);
  const notes = (title: string, list: readonly Omitted[]) =>
    list.map(({ name, reason }) => `${title} ${name}: ${reason}`);
  const head = ["case", "ours", "ms or MB", "rival", "ms or MB", "rival / ours", "target"];
  const parts = [...(rows.length > 0 ? [table(head, rows)] : []), ...notes("skipped", skipped)];
  return [...parts, ...notes("FAILED", failed)].join("\n");
}

/** Median, deviation, tail. */
function values({ unit, images }: CaseResult, { median, mad, p95 }: PeerResult): string {
  const rate = images === 1 ? "" : `, ${((1000 * images) / median).toFixed(1)} images/s`;
  return `${median.toFixed(1)}${unit === "ms" ? "" : ` ${unit}`} ±${mad.toFixed(1)} (p95 ${p95.toFixed(1)}${rate})`;
}

export function toMarkdown(results: Results): string {
  const { machine, cases } = results;
  const peers = cases.flatMap(({ ours, rival }) => [ours, rival]);
  const most = (list: readonly (number | null)[]): string => {
    const known = list.filter((value) => value !== null);
    return known.length === 0 ? "unknown" : `${(100 * Math.max(...known)).toFixed(0)} %`;
  };
  const sum = (key: "repeatedTurns" | "noisyTurns") => peers.reduce((total, peer) => total + peer[key], 0);
  const subjects = [...new Set(cases.map(({ what }) => what))].map((what) => {
    const names = cases.filter((each) => each.what === what).map(({ name }) => `\`${name}\``);
    return `* ${what}: ${names.join(", ")}`;
  });
  return `# Results

Written by \`npm run bench -- --write\`; README.md says how to read it. Milliseconds per run, or MB: median ± median absolute deviation
(95th percentile). A ratio above 1 means that ours is faster or smaller.

${toTable(results)}

* ${results.date}, ${machine.cpu}, ${machine.processors} processors, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node} (V8 ${machine.v8})
* random weights, float32, ${results.rounds} rounds
* largest difference of any answer from its reference: ${Math.max(...peers.map((p) => p.difference)).toExponential(1)}
* processor time taken by others during the turns that count: at most ${most(peers.map((p) => p.foreignLoad))}; by peers
  that should be idle: at most ${most(peers.map((p) => p.idlePeersLoad))}; turns repeated as noisy: ${sum("repeatedTurns")}, kept although noisy:
  ${sum("noisyTurns")}

${subjects.join("\n")}
`;
}
