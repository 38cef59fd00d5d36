/** What a run found, as a table and as bench/RESULTS-cuda.md. */
import type { Summary } from "../../src/benchmark/summary.ts";
import { table } from "../table.ts";
import type { Peaks } from "./rival.ts";
import type { Limit, StepShare } from "./shares.ts";

export interface SideResult {
  /** Between events of the device; null where these say nothing. */
  readonly device: Summary | null;
  /** End to end. */
  readonly wall: Summary;
}

export interface GpuCaseResult {
  readonly name: string;
  readonly what: string;
  readonly target: number | null;
  readonly most: number | null;
  /** How the rival runs. */
  readonly how: string;
  /** How far the answers are apart. */
  readonly difference: string;
  readonly device: string;
  readonly images: number;
  readonly ours: SideResult;
  readonly rival: SideResult;
  /** Rival over ours: of the device's times for networks, end to end for a screening. */
  readonly ratio: number;
  readonly limit: Limit | null;
  readonly shares: readonly StepShare[];
}

export interface GpuResults {
  readonly date: string;
  readonly rival: Readonly<Record<string, string>>;
  ours: string;
  readonly rounds: number;
  readonly peaks: Peaks | null;
  readonly cases: GpuCaseResult[];
  readonly failed: { readonly name: string; readonly reason: string }[];
}

const HEAD = [
  "case",
  "ours, ms",
  "end to end",
  "images/s",
  "PyTorch, ms",
  "end to end",
  "PyTorch / ours",
  "target",
  "of the GPU's limit",
];

export function toTable(results: GpuResults): string {
  const { cases, failed } = results;
  const parts =
    cases.length === 0
      ? []
      : [
          table(
            HEAD,
            cases.map((each) => row(each, results.peaks !== null)),
          ),
        ];
  for (const { name, how, difference } of cases) parts.push(`${name}: PyTorch as ${how}; ${difference}`);
  for (const { name, shares } of cases) {
    const all = shares.reduce((sum, { ms }) => sum + ms, 0);
    const rows = shares.map(({ kind, steps, ms }) => [
      kind,
      String(steps),
      ms.toFixed(3),
      `${((100 * ms) / all).toFixed(0)} %`,
    ]);
    if (rows.length > 0)
      parts.push(`\n${name}, steps launched one by one`, table(["steps", "number", "ms", "share"], rows));
  }
  for (const { name, reason } of failed) parts.push(`FAILED ${name}: ${reason}`);
  return [...parts, "", machine(results)].join("\n");
}

/** @param judged whether targets mean anything here */
function row(each: GpuCaseResult, judged: boolean): string[] {
  const { name, ours, rival, images, ratio, target, most, limit } = each;
  const ms = (summary: Summary | null): string =>
    summary === null ? "" : `${summary.median.toFixed(3)} ±${summary.mad.toFixed(3)}`;
  const best = (ours.device ?? ours.wall).median;
  const goal = [
    ...(target === null ? [] : [target.toFixed(1)]),
    ...(most === null ? [] : [`< ${most} ms${!judged || best < most ? "" : " MISSED"}`]),
  ];
  const share =
    limit === null ? "" : `${((100 * limit.ms) / best).toFixed(0)} % of ${limit.ms.toFixed(3)} ms`;
  return [
    name,
    ms(ours.device),
    ms(ours.wall),
    ((1000 * images) / best).toFixed(0),
    ms(rival.device),
    ms(rival.wall),
    `${ratio.toFixed(2)}${!judged || target === null || ratio >= target ? "" : " MISSED"}`,
    goal.join(", "),
    share,
  ];
}

function machine({ ours, rival, peaks, rounds, date }: GpuResults): string {
  const about = Object.entries(rival).map(([key, value]) => `${key} ${value}`);
  const reached =
    peaks === null
      ? []
      : [
          `measured peaks: ${(peaks.bytesPerSecond / 1e9).toFixed(0)} GB/s by a copy`,
          ...Object.entries(peaks.flopsPerSecond).map(
            ([type, value]) => `${(value / 1e12).toFixed(0)} TFLOP/s ${type} by a product of 8192^3`,
          ),
        ];
  return `${date}, ${[ours, ...about, ...reached].filter((part) => part !== "").join(", ")}; ${rounds} rounds`;
}

export function toMarkdown(results: GpuResults): string {
  const subjects = results.cases.map(({ name, what }) => `* \`${name}\`: ${what}`).join("\n");
  return `# Results on a GPU

Written by \`npx tsx bench/cuda/run.ts --write\`; README.md says what is compared. Median milliseconds of a run ± median absolute deviation.
"ours" and "PyTorch" are by events of the device around copying in, computing and copying out; "end to end" is what a caller waits.

${toTable(results)}

${subjects}
`;
}
