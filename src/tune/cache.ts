/** The text that keeps measurements: what it holds, for which machine, and its reading as hostile input. */
import { CONV_ALGORITHMS } from "../plan/steps.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { Times } from "./candidates.ts";

const SCHEMA = "spinexr.tuning/1";
/** Convolutions kept; those measured longest ago go first. DenseNet-121 has 66. */
const MOST_ENTRIES = 4096;
/** Longer texts are not looked at. */
export const MOST_CACHE_BYTES = 2 ** 21;
const LONGEST_KEY = 200;
/** Milliseconds; nothing takes an hour. */
const LONGEST = 3.6e6;

/** Times are comparable, and valid, for equal ones of this only. */
export interface Environment {
  /** "spinexr 0.1.0" */
  readonly engine: string;
  /** Of the binary form of plans. */
  readonly plan: number;
  readonly backend: string;
  /** Kernel set. */
  readonly isa: string;
  readonly threads: number;
  /** What the backend runs in. */
  readonly device: string;
  readonly processor: string;
}

export type Entries = ReadonlyMap<string, Times>;

/** The name in the store, one for each environment. */
export function cacheName(environment: Environment): string {
  const { backend, isa, threads } = environment;
  const hash = sha256Hex(new TextEncoder().encode(canonical(environment))).slice(0, 16);
  return `tuning-${backend}-${isa}-${threads}-${hash}.json`;
}

/** One entry a line, the last measured last. */
export function formatCache(environment: Environment, entries: Entries): string {
  const lines = [...entries].slice(-MOST_ENTRIES).map(([layer, ms]) => JSON.stringify({ layer, ms }));
  const head = JSON.stringify({ schema: SCHEMA, environment: JSON.parse(canonical(environment)) });
  return `${head.slice(0, -1)},"entries":[\n${lines.join(",\n")}\n]}\n`;
}

/**
 * Anyone may have written the text. What is not exactly what formatCache makes for this environment is refused as a
 * whole, with a sentence; nothing in it can choose an algorithm that may not compute a layer, since only times are read.
 */
export function parseCache(text: string, environment: Environment): Entries | { readonly problem: string } {
  if (text.length > MOST_CACHE_BYTES) return { problem: `it is longer than ${MOST_CACHE_BYTES} bytes` };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { problem: "it is not JSON" };
  }
  if (!isRecord(document) || document.schema !== SCHEMA) return { problem: `its schema is not "${SCHEMA}"` };
  const found = document.environment;
  if (!isRecord(found) || JSON.stringify(found) !== canonical(environment))
    return { problem: "it was measured by another version or on another machine" };
  const { entries } = document;
  if (!Array.isArray(entries) || entries.length > MOST_ENTRIES)
    return { problem: `expected a list of at most ${MOST_ENTRIES} entries` };
  const result = new Map<string, Times>();
  for (const [i, entry] of entries.entries()) {
    if (!isRecord(entry) || !isKey(entry.layer) || !isTimes(entry.ms))
      return { problem: `its entry ${i} is not a layer with milliseconds by algorithm` };
    result.set(entry.layer, entry.ms);
  }
  return result;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isKey = (value: unknown): value is string =>
  typeof value === "string" && value.length <= LONGEST_KEY && /^[\w ,/]+$/.test(value);

const isTimes = (value: unknown): value is Times =>
  isRecord(value) &&
  Object.entries(value).every(
    ([algorithm, ms]) =>
      (CONV_ALGORITHMS as readonly string[]).includes(algorithm) &&
      typeof ms === "number" &&
      ms > 0 &&
      ms < LONGEST,
  );

/** The same text for equal environments. */
function canonical({ engine, plan, backend, isa, threads, device, processor }: Environment): string {
  return JSON.stringify({ engine, plan, backend, isa, threads, device, processor });
}
