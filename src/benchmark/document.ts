/** Results of a benchmark as one JSON document, the same from the command line, from bench/ and from the browser. */
import { SpineXRError } from "../api/errors.ts";
import {
  constant,
  integer,
  type JsonCheck,
  list,
  number,
  object,
  oneOf,
  orNull,
  pattern,
  text,
} from "../package/check.ts";
import type { Summary } from "./summary.ts";

export const SCHEMA = "spinexr.bench/1";
export const MEASURES = ["time", "load", "memory"] as const;

export interface BenchMachine {
  /** Processor, as the system names it; browsers say less. */
  readonly cpu: string;
  readonly processors: number;
  /** "linux x64" */
  readonly system: string;
  /** "Node 20.20.2", "Chromium 150.0" */
  readonly runtime: string;
}

/** One contestant on one subject. */
export interface BenchEntry extends Summary {
  /** What was run, as a table's reader needs it; entries of one subject and measure belong beside each other. */
  readonly subject: string;
  /** time: of one run; load: from a file to the first result in a fresh process; memory: the peak of such a process. */
  readonly measure: (typeof MEASURES)[number];
  /** Name, version, backend, kernel set: "spinexr 0.1.0 cpu avx512". */
  readonly engine: string;
  /** null where it does not say, as GPUs. */
  readonly threads: number | null;
  readonly unit: "ms" | "MB";
  /** Pictures in a run. */
  readonly images: number;
  /** Largest difference from the reference's answers in units of max(1, |value|); null where it is the reference. */
  readonly difference: number | null;
}

/** Somebody or something without numbers, and why. */
export interface BenchOmission {
  readonly name: string;
  readonly reason: string;
}

export interface BenchDocument {
  readonly schema: typeof SCHEMA;
  /** Day of the run, YYYY-MM-DD. */
  readonly date: string;
  readonly machine: BenchMachine;
  readonly entries: readonly BenchEntry[];
  /** What the machine or installation cannot run. */
  readonly skipped: readonly BenchOmission[];
  /** Different answers, or what stopped. */
  readonly failed: readonly BenchOmission[];
}

export const makeDocument = (content: Omit<BenchDocument, "schema" | "date">): BenchDocument => ({
  schema: SCHEMA,
  date: new Date().toISOString().slice(0, 10),
  ...content,
});

const MAX_BYTES = 16 << 20;
const SHOWN_PROBLEMS = 3;
const MOST = 1e12;

const line = text(1000);
const amount = number(0, MOST);
const omissions = list(0, 10_000, object({ name: line, reason: text(100_000) }));
const ENTRY: Readonly<Record<keyof BenchEntry, JsonCheck>> = {
  subject: line,
  measure: oneOf(...MEASURES),
  engine: line,
  threads: orNull(integer(1, 1 << 16)),
  unit: oneOf("ms", "MB"),
  images: integer(1, 1 << 20),
  difference: orNull(amount),
  count: integer(1, MOST),
  median: amount,
  p95: amount,
  mad: amount,
  least: amount,
};
const MACHINE: Readonly<Record<keyof BenchMachine, JsonCheck>> = {
  cpu: line,
  processors: integer(1, 1 << 16),
  system: line,
  runtime: line,
};
const DOCUMENT: Readonly<Record<keyof BenchDocument, JsonCheck>> = {
  schema: constant(SCHEMA),
  date: pattern(/^\d{4}-\d\d-\d\d$/, "a day as YYYY-MM-DD"),
  machine: (value, path, problems) => object(MACHINE)(pick(value, MACHINE), path, problems),
  entries: list(0, 100_000, (value, path, problems) => object(ENTRY)(pick(value, ENTRY), path, problems)),
  skipped: omissions,
  failed: omissions,
};

/**
 * A document as it was written; properties that are not known are left out.
 * @param name of the file, for the error
 * @throws SpineXRError INVALID_ARGUMENT naming what is wrong, LIMIT_EXCEEDED for more than 16 MiB
 */
export function parseDocument(bytes: Uint8Array, name: string): BenchDocument {
  if (bytes.length > MAX_BYTES)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `${name} has ${bytes.length} bytes; results of a benchmark have at most ${MAX_BYTES}.`,
    );
  const wanted = `expected what spinexr bench --json, npm run bench -- --json or the benchmark's page wrote (schema ${SCHEMA})`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SpineXRError("INVALID_ARGUMENT", `${name} is not JSON in UTF-8; ${wanted}.`, { cause });
  }
  const found = pick(value, DOCUMENT) as BenchDocument;
  const problems: string[] = [];
  object(DOCUMENT)(found, "$", problems);
  if (problems.length > 0)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${name} holds no results of a benchmark: ${problems.slice(0, SHOWN_PROBLEMS).join(" ")} In all ${wanted}.`,
    );
  return {
    ...found,
    machine: pick(found.machine, MACHINE) as BenchMachine,
    entries: found.entries.map((entry) => pick(entry, ENTRY) as BenchEntry),
  };
}

/** The known properties of an object; anything else as it is. */
function pick(value: unknown, known: Readonly<Record<string, JsonCheck>>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(known, key)));
}
