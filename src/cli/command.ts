/** What a subcommand is, and how its arguments are read. */
import { SpineXRError } from "../api/errors.ts";
import { suggestion } from "../api/options.ts";

/** "flag" takes no value; "value" takes one and may not be repeated; "list" may be repeated. */
export interface OptionSpec {
  readonly kind: "flag" | "value" | "list";
  /** What the value is called in the usage text. */
  readonly value?: string;
  readonly help: string;
}

export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  list(name: string): readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** "FILES...|DIR" */
  readonly operands: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Returns the exit code. */
  run(args: Arguments, io: Io): Promise<number>;
}

/** Where a command writes; tests give their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
  /** stderr is a terminal: progress may be drawn on it. */
  readonly interactive: boolean;
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError naming the option and the nearest valid one */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const names = Object.keys(command.options).map((name) => `--${name}`);
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i];
    if (arg === "--") {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      positionals.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!names.includes(name))
      throw new UsageError(
        `spinexr ${command.name} has no option ${name}.${suggestion(name, [...names, "--help"])}`,
      );
    const key = name.slice(2);
    const spec = command.options[key];
    const list = values.get(key) ?? [];
    if (spec.kind === "flag") {
      if (equals >= 0) throw new UsageError(`${name} takes no value, found "${arg.slice(equals + 1)}".`);
      list.push("");
    } else {
      const value = equals >= 0 ? arg.slice(equals + 1) : argv[++i];
      if (value === undefined || (equals < 0 && value.startsWith("--")))
        throw new UsageError(`${name} needs a value: ${name} ${spec.value}.`);
      if (spec.kind === "value" && list.length > 0) throw new UsageError(`${name} is given twice.`);
      list.push(value);
    }
    values.set(key, list);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    value: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
  };
}

/** @throws UsageError when it is not a whole number in the range */
export function integer(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < low || value > high)
    throw new UsageError(`--${name} expects a whole number from ${low} to ${high}, found "${text}".`);
  return value;
}

/** @throws UsageError when it is none of them */
export function choice<T extends string>(name: string, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined)
    throw new UsageError(
      `--${name} expects one of ${values.join(", ")}; found "${text}".${suggestion(text, values)}`,
    );
  return value;
}

export function usage(command: Command): string {
  const lines = Object.entries(command.options).map(([name, { kind, value, help }]) => {
    const left = kind === "flag" ? `--${name}` : `--${name} ${value}`;
    return `  ${left.padEnd(24)} ${help}`;
  });
  return [
    `spinexr ${command.name} ${command.operands}`,
    "",
    `  ${command.summary}`,
    "",
    ...lines,
    `  ${"--help".padEnd(24)} this text`,
    "",
  ].join("\n");
}

export const errorEntry = (error: unknown): { code: string; message: string } =>
  error instanceof SpineXRError
    ? { code: error.code, message: error.message }
    : { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
