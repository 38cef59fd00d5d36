/**
 * Chrome's Trace Event Format (JSON object form, complete events): opens in chrome://tracing and ui.perfetto.dev.
 * The format: docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
 */
import type { RunProfile } from "../api/network.ts";
import { stepFacts, time } from "./profile-table.ts";

interface Slice {
  readonly row: number;
  readonly name: string;
  readonly category: string;
  /** Milliseconds on any one clock. */
  readonly start: number;
  readonly end: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export class Trace {
  readonly #title: string;
  readonly #rows: string[] = [];
  readonly #slices: Slice[] = [];

  constructor(title: string) {
    this.#title = title;
  }

  /** A row for slices that do not overlap, or lie inside each other; rows are shown in the order of their making. */
  row(name: string): number {
    return this.#rows.push(name);
  }

  slice(slice: Slice): void {
    this.#slices.push(slice);
  }

  /** A run of a network as one slice, its steps inside it, end to end. */
  run(row: number, name: string, { start, steps }: RunProfile, args: Slice["args"] = {}): void {
    this.slice({ row, name, category: "run", start, end: start + time(steps), args });
    let before = 0;
    for (const step of steps) {
      const from = start + before;
      before += step.ms;
      const facts = stepFacts(step);
      this.slice({
        row,
        name: step.name,
        category: step.kind,
        start: from,
        end: start + before,
        args: facts,
      });
    }
  }

  /** Time starts with the first slice. */
  json(): string {
    const origin = this.#slices.reduce(
      (least, { start }) => Math.min(least, start),
      Number.POSITIVE_INFINITY,
    );
    // Both ends are rounded (to nanoseconds), never lengths: slices that touch go on touching.
    const nanoseconds = (at: number): number => Math.round((at - origin) * 1e6);
    const events = [
      { name: "process_name", ph: "M", pid: 1, tid: 0, args: { name: this.#title } },
      ...this.#rows.flatMap((name, i) => [
        { name: "thread_name", ph: "M", pid: 1, tid: i + 1, args: { name } },
        { name: "thread_sort_index", ph: "M", pid: 1, tid: i + 1, args: { sort_index: i + 1 } },
      ]),
      ...this.#slices.map(({ row, name, category, start, end, args }) => {
        const [from, to] = [nanoseconds(start), nanoseconds(end)];
        return {
          name,
          cat: category,
          ph: "X",
          pid: 1,
          tid: row,
          ts: from / 1e3,
          dur: (to - from) / 1e3,
          args,
        };
      }),
    ];
    const lines = events.map((event) => JSON.stringify(event)).join(",\n");
    return `{"displayTimeUnit": "ms", "traceEvents": [\n${lines}\n]}\n`;
  }
}
