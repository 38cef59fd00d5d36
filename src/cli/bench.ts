/** spinexr bench: how fast each backend of this machine is, and results of several machines beside each other. */
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { throwIfAborted } from "../api/errors.ts";
import { listBackends } from "../api/list-backends.ts";
import { DEFAULT_MODEL } from "../api/load-model.ts";
import { BACKEND_CHOICES, BACKEND_NAMES } from "../backends/names.ts";
import { largestDifference } from "../benchmark/answers.ts";
import { burst } from "../benchmark/burst.ts";
import {
  type BenchDocument,
  type BenchOmission,
  makeDocument,
  parseDocument,
} from "../benchmark/document.ts";
import { machineLine, mergeDocuments, mergedCells, mergedColumns } from "../benchmark/merge.ts";
import { summarize } from "../benchmark/summary.ts";
import { takeTurns } from "../benchmark/turns.ts";
import { processorCount, processorName, runtimeName } from "../platform/environment.ts";
import { readBytes } from "../platform/files.ts";
import { VERSION } from "../version.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { networkSubject, type OpenOn, type OpenSubject, packageSubject } from "./bench-subject.ts";
import { type Arguments, type Command, errorEntry, type Io, integer, UsageError } from "./command.ts";
import { checkNetworkFile } from "./network-file.ts";
import { parseShapes } from "./network-inputs.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";

/** A turn: as many timed runs as fit, at most so many. */
const TURN = { warmUp: 1, runs: 10, ms: 1000 } as const;
/** Threads may spin for a while after their last work; the next turn begins after that. */
const SETTLE_MS = 60;
/** Largest difference between the answers of two backends; beyond it nothing is timed. */
const TOLERANCE = { fp32: 1e-3, fp16: 2e-2 } as const;

export const bench: Command = {
  name: "bench",
  summary:
    "Times a network or a package on each backend that runs here; lays results of machines beside each other.",
  operands: "[net.onnx] | --merge RESULTS.json...",
  options: {
    model: { kind: "value", value: "P", help: `a package instead of a network (default ${DEFAULT_MODEL})` },
    backend: {
      kind: "list",
      value: "NAME",
      help: `only this one of ${BACKEND_NAMES.join(", ")} (may be repeated; default: all that run here)`,
    },
    threads: BACKEND_OPTIONS.threads!,
    precision: BACKEND_OPTIONS.precision!,
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input with free dimensions, as image=1x3x224x224",
    },
    rounds: {
      kind: "value",
      value: "N",
      help: `turns of each backend, 1 to 1000 (default 5); a turn is up to ${TURN.runs} runs`,
    },
    merge: {
      kind: "flag",
      help: "measure nothing: one table of these results, also of bench/ and of browsers",
    },
    save: { kind: "value", value: "FILE", help: "write the results as JSON, for --merge" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    const documents = args.flag("merge") ? await readDocuments(args) : [await measure(args, io)];
    if (args.flag("json"))
      io.out(`${JSON.stringify(args.flag("merge") ? merged(documents) : documents[0], null, 1)}\n`);
    else io.out(describe(documents));
    const save = args.value("save");
    if (save !== undefined) {
      await writeFile(save, `${JSON.stringify(documents[0], null, 1)}\n`);
      io.err(`written to ${save}\n`);
    }
    // What failed elsewhere, in results that are only read, is no failure of this command.
    if (args.flag("merge")) return 0;
    const { entries, failed } = documents[0]!;
    return failed.length > 0 || entries.length === 0 ? 1 : 0;
  },
};

async function readDocuments(args: Arguments): Promise<BenchDocument[]> {
  const stray = Object.keys(bench.options).find(
    (name) => !["merge", "json"].includes(name) && args.flag(name),
  );
  if (stray !== undefined) throw new UsageError(`--${stray} is for measuring; with --merge leave it out.`);
  if (args.positionals.length === 0)
    throw new UsageError("spinexr bench --merge expects files that spinexr bench --save wrote.");
  return Promise.all(args.positionals.map(async (file) => parseDocument(await readBytes(file), file)));
}

async function measure(args: Arguments, io: Io): Promise<BenchDocument> {
  const rounds = integer("rounds", args.value("rounds") ?? "5", 1, 1000);
  const open = await subjectOf(args);
  const names = await backendsFor(args);
  const precision = backendOptions(args, BACKEND_CHOICES, "auto").precision;
  const progress = new Progress(io);
  const opened = new Map<
    string,
    OpenSubject & { readonly difference: number | null; readonly times: number[] }
  >();
  const [skipped, failed]: BenchOmission[][] = [[...names.skipped], []];
  try {
    let reference: Awaited<ReturnType<OpenSubject["run"]>> | null = null;
    for (const name of names.chosen) {
      progress.show(`opening on ${name}`, 0, 0);
      try {
        const subject = await open({
          choice: backendOptions(args, BACKEND_CHOICES, name),
          signal: io.signal,
          onProgress: (event) => progress.event(event),
        });
        const answers = await subject.run();
        const difference = reference === null ? null : largestDifference(answers, reference);
        if (difference !== null && !(difference <= TOLERANCE[precision])) {
          await subject[Symbol.asyncDispose]();
          const first = [...opened.keys()][0];
          failed.push({
            name,
            reason: `its answers differ from those of ${first} by ${difference.toExponential(1)}; nothing was timed`,
          });
          continue;
        }
        reference ??= answers;
        opened.set(name, Object.assign(subject, { difference, times: [] }));
      } catch (error) {
        throwIfAborted(io.signal);
        const { code, message } = errorEntry(error);
        (code === "BACKEND_UNAVAILABLE" ? skipped : failed).push({ name, reason: message });
      }
    }
    await takeTurns(
      [...opened.entries()],
      rounds,
      async ([name, { run, times }]) => {
        throwIfAborted(io.signal);
        progress.show(`timing ${name}`, 0, 0);
        await sleep(SETTLE_MS);
        times.push(...(await burst(run, TURN)));
      },
      (round) => progress.show("round", round, rounds),
    );
    const entries = [...opened.values()].map(({ subject, backend, difference, times }) => ({
      subject,
      measure: "time" as const,
      engine: engineOf(backend),
      threads: backend.threads > 0 ? backend.threads : null,
      unit: "ms" as const,
      images: 1,
      difference,
      ...summarize(times),
    }));
    return makeDocument({ machine: thisMachine(), entries, skipped, failed });
  } finally {
    progress.end();
    for (const subject of opened.values()) await subject[Symbol.asyncDispose]();
  }
}

/** Named ones as they are named; otherwise all, with those that do not run here left out for the reason they give. */
async function backendsFor(args: Arguments) {
  const named = args.list("backend");
  for (const name of named)
    if (!BACKEND_NAMES.some((known) => known === name))
      throw new UsageError(`--backend expects one of ${BACKEND_NAMES.join(", ")}; found "${name}".`);
  if (named.length > 0) return { chosen: [...new Set(named)], skipped: [] };
  const all = (await listBackends()).filter(({ name }) => BACKEND_NAMES.some((known) => known === name));
  return {
    chosen: all.filter(({ available }) => available).map(({ name }) => name),
    skipped: all.filter(({ available }) => !available).map(({ name, reason }) => ({ name, reason })),
  };
}

async function subjectOf(args: Arguments): Promise<OpenOn> {
  const [file] = args.positionals;
  const reference = args.value("model");
  if (args.positionals.length > 1)
    throw new UsageError("spinexr bench takes at most one network; --merge takes several results.");
  if (file === undefined) {
    if (args.flag("shape")) throw new UsageError("--shape goes with a network; add that or leave it out.");
    return packageSubject(reference ?? DEFAULT_MODEL);
  }
  if (reference !== undefined) throw new UsageError("spinexr bench takes a network or --model, not both.");
  await checkNetworkFile(file, `use spinexr bench --model ${file}`);
  return networkSubject(file, basename(file), parseShapes(args.list("shape")));
}

function engineOf({ name, isa, precision }: OpenSubject["backend"]): string {
  return ["spinexr", VERSION, name, isa, precision === "fp32" ? "" : precision]
    .filter((part) => part !== "")
    .join(" ");
}

const thisMachine = () => ({
  cpu: processorName(),
  processors: processorCount(),
  system: `${process.platform} ${process.arch}`,
  runtime: runtimeName(),
});

function describe(documents: readonly BenchDocument[]): string {
  const { machines, subjects } = mergeDocuments(documents);
  const tables = subjects.map((subject) => {
    const title = subject.measure === "time" ? subject.subject : `${subject.subject} (${subject.measure})`;
    return `${title}\n${table(mergedColumns(subject), subject.rows.map(mergedCells))}\n`;
  });
  const notes = (title: string, key: "skipped" | "failed") =>
    documents.flatMap((each) => each[key].map(({ name, reason }) => `${title} ${name}: ${reason}`));
  const lines = [...machines].map(([letter, machine]) => machineLine(letter, machine));
  return `${[...tables, [...lines, ...notes("skipped", "skipped"), ...notes("FAILED", "failed")].join("\n")].join("\n")}\n`;
}

function merged(documents: readonly BenchDocument[]) {
  const { machines, subjects } = mergeDocuments(documents);
  return { machines: Object.fromEntries(machines), subjects };
}
