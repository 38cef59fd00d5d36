/** Documents of several machines and runtimes, laid beside each other. */
import type { BenchDocument, BenchEntry, BenchMachine } from "./document.ts";

/** One subject, the fastest or smallest contestant first. */
export interface MergedSubject {
  readonly subject: string;
  readonly measure: BenchEntry["measure"];
  readonly rows: readonly MergedRow[];
}

export interface MergedRow {
  readonly entry: BenchEntry;
  /** "A", "B": the place of its machine in `machines`. */
  readonly machine: string;
  /** Median over that of the first row. */
  readonly times: number;
}

export interface Merged {
  /** Letter to machine; documents of one machine and runtime share a letter. */
  readonly machines: ReadonlyMap<string, BenchMachine>;
  /** In the order in which documents name them first. */
  readonly subjects: readonly MergedSubject[];
}

export function mergeDocuments(documents: readonly BenchDocument[]): Merged {
  const letters = new Map<string, string>();
  const machines = new Map<string, BenchMachine>();
  const groups = new Map<string, { entry: BenchEntry; machine: string }[]>();
  for (const { machine, entries } of documents) {
    const key = JSON.stringify([machine.cpu, machine.processors, machine.system, machine.runtime]);
    const letter = letters.get(key) ?? letterOf(letters.size);
    letters.set(key, letter);
    machines.set(letter, machine);
    for (const entry of entries) {
      const group = JSON.stringify([entry.measure, entry.subject]);
      groups.set(group, [...(groups.get(group) ?? []), { entry, machine: letter }]);
    }
  }
  const subjects = [...groups.values()].map((members) => {
    const sorted = members.sort((a, b) => a.entry.median - b.entry.median);
    const [{ entry: first }] = sorted as [MergedRow];
    const rows = sorted.map(({ entry, machine }) => ({ entry, machine, times: entry.median / first.median }));
    return { subject: first.subject, measure: first.measure, rows };
  });
  return { machines, subjects };
}

/** 0 to "A", 25 to "Z", 26 to "AA". */
function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** The columns of a subject's table, for whoever draws it. */
export const mergedColumns = ({ measure }: MergedSubject): string[] => [
  "engine",
  "threads",
  "on",
  measure === "memory" ? "MB" : "ms",
  "±",
  "p95",
  "images/s",
  "times",
  "difference",
];

/** A row of that table. */
export function mergedCells({ entry, machine, times }: MergedRow): string[] {
  const { engine, threads, measure, images, median, mad, p95, difference } = entry;
  return [
    engine,
    threads === null ? "" : String(threads),
    machine,
    spell(median),
    spell(mad),
    spell(p95),
    measure === "time" && median > 0 ? spell((1000 * images) / median) : "",
    Number.isFinite(times) ? times.toFixed(2) : "",
    difference === null ? "reference" : difference === 0 ? "0" : difference.toExponential(1),
  ];
}

/** "A: Intel Xeon, 2 processors, linux x64, Node 20.20.2" */
export const machineLine = (letter: string, { cpu, processors, system, runtime }: BenchMachine): string =>
  `${letter}: ${cpu}, ${processors} ${processors === 1 ? "processor" : "processors"}, ${system}, ${runtime}`;

/** Three digits, without an exponent. */
const spell = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
