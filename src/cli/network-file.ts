/** The network that a command is given by its path. */
import { join } from "node:path";
import { pathKind } from "../platform/folders.ts";
import { UsageError } from "./command.ts";

/**
 * A package is not a network: who names one is told how to.
 * @param instead what to do with a package, as a clause: 'name it with --model'
 * @throws UsageError
 */
export async function checkNetworkFile(path: string, instead: string): Promise<void> {
  if ((await pathKind(path)) !== "folder" || (await pathKind(join(path, "model.json"))) !== "file") return;
  throw new UsageError(`${path} is a model package, not a network; ${instead}.`);
}
