/** The command lines of what is in this folder: some options are common to all. */
import { writeFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { suggestion } from "../src/api/options.ts";

type OptionSpecs = NonNullable<ParseArgsConfig["options"]>;

/** What the command line says wrong; the exit status is 2. */
export class UsageError extends Error {}

const COMMON = {
  case: { type: "string", multiple: true },
  rounds: { type: "string" },
  json: { type: "string" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies OptionSpecs;

export const COMMON_HELP = `  --case TEXT     only cases whose name contains TEXT (repeatable)
  --list          names the cases and ends
  --json [FILE]   results as JSON, to FILE or instead of the table
  --help          this text`;

export interface Options {
  readonly cases: readonly string[];
  readonly rounds: number;
  /** Path, or "-" for standard output. */
  readonly json: string | null;
  readonly list: boolean;
  /** Of the options that only this command has. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
}

/**
 * Runs a command to its exit status: `run` says 0 or 1; 2 for mistyped options; 1 with its message for an error.
 * @param own options beside the common ones
 */
export async function command(
  help: string,
  defaultRounds: number,
  own: OptionSpecs,
  run: (options: Options) => Promise<number>,
): Promise<void> {
  try {
    const argv = process.argv.slice(2);
    if (argv.includes("--help") || argv.includes("-h")) console.log(help);
    else process.exitCode = await run(parseOptions(argv, defaultRounds, own));
  } catch (error) {
    console.error((error as Error).message);
    if (error instanceof UsageError) console.error("See --help.");
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** @throws UsageError */
function parseOptions(argv: readonly string[], defaultRounds: number, own: OptionSpecs): Options {
  const known: OptionSpecs = { ...COMMON, ...own };
  for (const arg of argv) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name !== undefined && !Object.hasOwn(known, name))
      throw new UsageError(`There is no option --${name}.${suggestion(name, Object.keys(known))}`);
  }
  const args = argv.map((arg, i) => {
    const next = argv[i + 1];
    // a bare --json means standard output
    return arg === "--json" && (next === undefined || next.startsWith("-")) ? "--json=-" : arg;
  });
  let found: ReturnType<typeof parseArgs>["values"];
  try {
    found = parseArgs({ args, options: known, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const values: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(found)) {
    if (value === "") throw new UsageError(`--${name} expects a value, found nothing.`);
    if (typeof value === "string") values[name] = value;
  }
  return {
    cases: (found.case as string[] | undefined) ?? [],
    rounds: values.rounds === undefined ? defaultRounds : wholeNumber("rounds", values.rounds, 1000),
    json: values.json ?? null,
    list: found.list === true,
    values,
    flags: new Set(Object.keys(found).filter((name) => found[name] === true)),
  };
}

/** @throws UsageError unless it is a whole number from 1 to `most` */
export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${name} expects whole numbers from 1 to ${most}, found "${text}".`);
}

/** @throws UsageError where nothing has a name that contains one of the filters */
export function choose<T extends { readonly name: string }>(all: readonly T[], { cases }: Options): T[] {
  const chosen = all.filter(
    ({ name }) => cases.length === 0 || cases.some((filter) => name.includes(filter)),
  );
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `No case matches ${cases.join(", ")}; there are: ${all.map((c) => c.name).join(", ")}.`,
  );
}

/** Results as the options want them: JSON on standard output, or the table and perhaps a file. */
export function print(options: Options, results: unknown, table: string): void {
  const json = `${JSON.stringify(results, null, 2)}\n`;
  if (options.json === "-") process.stdout.write(json);
  else {
    console.log(table);
    if (options.json !== null) writeFileSync(options.json, json);
  }
}
