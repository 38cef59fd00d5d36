/** Where the time of screenings went: tables of stages and kinds of steps, and a trace of what ran when. */
import type { RunProfile } from "../api/network.ts";
import type { StageTiming, Timings } from "../api/results.ts";
import { percent } from "./plan-table.ts";
import { kindTable, median } from "./profile-table.ts";
import { table } from "./table.ts";
import { Trace } from "./trace.ts";

/** Stages with medians over the pictures, then the kinds of steps of each network. */
export function screenTables(pictures: readonly Timings[]): string {
  const networks = new Map<string, RunProfile[]>();
  for (const { stages } of pictures) {
    for (const { stage, name, run } of stages) {
      if (run === undefined) continue;
      const key = `${stage} ${name}`;
      networks.set(key, [...(networks.get(key) ?? []), run]);
    }
  }
  const kinds = [...networks].map(([name, runs]) => {
    const steps = runs.flatMap((run) => run.steps);
    return `${name}\n${kindTable(steps, runs.length)}`;
  });
  return [stageTable(pictures), ...kinds].join("\n\n");
}

/** One row for each kind of stage and each network, in the order of their first coming. */
function stageTable(pictures: readonly Timings[]): string {
  const groups = new Map<string, { ms: number; waiting: number }[]>();
  for (const { stages } of pictures) {
    const own = new Map<string, { ms: number; waiting: number }>();
    for (const stage of stages) {
      const key = label(stage);
      const sum = own.get(key) ?? { ms: 0, waiting: 0 };
      own.set(key, { ms: sum.ms + stage.ms, waiting: sum.waiting + waiting(stage) });
    }
    for (const [key, sum] of own) groups.set(key, [...(groups.get(key) ?? []), sum]);
  }
  const rows = [...groups].map(([key, sums]) => ({
    key,
    pictures: sums.length,
    ms: median(sums.map(({ ms }) => ms)),
    waiting: median(sums.map((sum) => sum.waiting)),
  }));
  const whole = rows.reduce((sum, row) => sum + row.ms - row.waiting, 0);
  return table(
    ["stage", "pictures", "median ms", "of it waiting", "share of work"],
    rows.map((row) => [
      row.key,
      String(row.pictures),
      row.ms.toFixed(2),
      row.waiting === 0 ? "" : row.waiting.toFixed(2),
      percent(row.ms - row.waiting, whole),
    ]),
  );
}

const label = ({ stage, name }: StageTiming): string =>
  stage === "classify" || stage === "detect" ? `${stage} ${name}` : stage;

/** Until the runs of other pictures were done. */
const waiting = ({ start, run }: StageTiming): number => (run === undefined ? 0 : run.start - start);

/**
 * One row for each picture in work at a time, with its stages, and one for the networks, which run one after another.
 * Pictures are numbered from 1 and not named: who reads a trace need not know whose they are.
 */
export function screenTrace(
  pictures: readonly { readonly index: number; readonly timings: Timings }[],
): string {
  const trace = new Trace("spinexr screen");
  const spans = pictures
    .map(({ index, timings: { stages } }) => ({
      name: `picture ${index + 1}`,
      stages,
      start: Math.min(...stages.map(({ start }) => start)),
      end: Math.max(...stages.map(({ start, ms }) => start + ms)),
    }))
    .sort((a, b) => a.start - b.start);
  const lanes: { row: number; end: number }[] = [];
  for (const { name, stages, start, end } of spans) {
    let lane = lanes.find((candidate) => candidate.end <= start);
    if (lane === undefined) {
      lane = { row: trace.row(`pictures ${lanes.length + 1}`), end };
      lanes.push(lane);
    }
    lane.end = end;
    trace.slice({ row: lane.row, name, category: "picture", start, end, args: {} });
    for (const stage of stages) traceStage(trace, lane.row, stage);
  }
  const networks = trace.row("networks");
  for (const { name: picture, stages } of spans)
    for (const { name, run } of stages) if (run !== undefined) trace.run(networks, name, run, { picture });
  return trace.json();
}

function traceStage(trace: Trace, row: number, stage: StageTiming): void {
  const { name, start, ms, run } = stage;
  const args = name === "" ? {} : { of: name };
  trace.slice({ row, name: label(stage), category: "stage", start, end: start + ms, args });
  if (run !== undefined && run.start > start)
    trace.slice({ row, name: "waiting", category: "waiting", start, end: run.start, args: {} });
}
