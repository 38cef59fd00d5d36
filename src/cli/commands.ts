/** All subcommands, in the order of the help text. */

import { bench } from "./bench.ts";
import type { Command } from "./command.ts";
import { convert } from "./convert.ts";
import { evaluate } from "./evaluate.ts";
import { info } from "./info.ts";
import { phantom } from "./phantom.ts";
import { run } from "./run.ts";
import { screen } from "./screen.ts";
import { tune } from "./tune.ts";

export const COMMANDS: readonly Command[] = [screen, evaluate, convert, phantom, run, bench, tune, info];
