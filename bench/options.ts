/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { suggestion } from "../src/api/options.ts";
import { CLASSIFY_DIMS } from "./cases/classify.ts";

export const HELP = `npm run bench -- [options]

DenseNet-121 at 224 x 224, batch 1: this package against onnxruntime, interleaved in one run.

  --case TEXT     only cases whose name contains TEXT (repeatable)
  --rounds N      rounds of 5 timed runs per peer, 1 to 1000 (default 8)
  --model FILE    another ONNX file with one float32 input
  --dims A,B,...  its input's dims (default ${CLASSIFY_DIMS.join()})
  --json [FILE]   results as JSON, to FILE or instead of the table
  --write         write bench/RESULTS.md
  --help          this text

Exit status: 0; 1 for different answers, a failed peer, or a case more than twice as slow as onnxruntime; 2 for options.
`;

export interface Options {
  readonly cases: readonly string[];
  readonly rounds: number;
  readonly model: string | null;
  readonly dims: readonly number[];
  /** Path, or "-" for standard output. */
  readonly json: string | null;
  readonly write: boolean;
  readonly help: boolean;
}

/** What the command line says wrong; the exit status is 2. */
export class UsageError extends Error {}

const NAMES = {
  case: { type: "string", multiple: true },
  rounds: { type: "string" },
  model: { type: "string" },
  dims: { type: "string" },
  json: { type: "string" },
  write: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  for (const arg of argv) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name !== undefined && !Object.hasOwn(NAMES, name))
      throw new UsageError(`There is no option --${name}.${suggestion(name, Object.keys(NAMES))}`);
  }
  let values: ReturnType<typeof parse>["values"];
  try {
    values = parse(argv).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const rounds = values.rounds === undefined ? 8 : wholeNumber("--rounds", values.rounds, 1000);
  const dims = values.dims?.split(",").map((text) => wholeNumber("--dims", text, 65536)) ?? CLASSIFY_DIMS;
  for (const name of ["json", "model"] as const)
    if (values[name] === "") throw new UsageError(`--${name} expects a file, found nothing.`);
  return {
    cases: values.case ?? [],
    rounds,
    model: values.model ?? null,
    dims,
    json: values.json ?? null,
    write: values.write ?? false,
    help: values.help ?? false,
  };
}

/** A bare --json means standard output. */
function parse(argv: readonly string[]) {
  const args = argv.map((arg, i) => {
    const next = argv[i + 1];
    return arg === "--json" && (next === undefined || next.startsWith("-")) ? "--json=-" : arg;
  });
  return parseArgs({ args, options: NAMES, strict: true, allowPositionals: false });
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`${name} expects whole numbers from 1 to ${most}, found "${text}".`);
}
