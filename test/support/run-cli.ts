/** The command line in this process: what it prints, and the code it would exit with. */
import { main } from "../../src/cli/main.ts";

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runCli(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<CliResult> {
  const text = { out: "", err: "" };
  const io = {
    out: (part: string) => {
      text.out += part;
    },
    err: (part: string) => {
      text.err += part;
    },
    signal,
    interactive: false,
  };
  return { code: await main([...args], io), ...text };
}
