/** The command line as a function: arguments and streams in, exit code out. */
import { suggestion } from "../api/options.ts";
import { VERSION } from "../version.ts";
import { errorEntry, type Io, parseArguments, UsageError, usage } from "./command.ts";
import { COMMANDS } from "./commands.ts";

const HELP = [
  "spinexr: screening of spine radiographs. For research use; not a diagnosis.",
  "",
  ...COMMANDS.map(({ name, operands, summary }) => `  spinexr ${name} ${operands}\n      ${summary}`),
  "",
  "  spinexr COMMAND --help tells its options.",
  "",
].join("\n");

/** Exit codes: 0 done, 1 something failed, 2 wrong usage. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "help") {
    (name === undefined ? io.err : io.out)(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    io.out(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((candidate) => candidate.name);
    io.err(`There is no command "${name}".${suggestion(name, names)} Commands are: ${names.join(", ")}.\n`);
    return 2;
  }
  if (rest.includes("--help")) {
    io.out(usage(command));
    return 0;
  }
  try {
    return await command.run(parseArguments(command, rest), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${error.message}\nspinexr ${name} --help tells its options.\n`);
      return 2;
    }
    const { code, message } = errorEntry(error);
    io.err(`error ${code}: ${message}\n`);
    return 1;
  }
}
