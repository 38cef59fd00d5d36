/** Whether the working tree is slower than another revision: both here, in turns. */
import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./cache.ts";
import type { Case } from "./cases/case.ts";
import { CASES } from "./cases/index.ts";
import { measure } from "./measure.ts";
import { COMMON_HELP, choose, command, print, UsageError, wholeNumber } from "./options.ts";
import { keyOf } from "./peers/peer.ts";
import type { CaseResult, Results } from "./results.ts";
import { toTable } from "./table.ts";

const ROOT = join(import.meta.dirname, "..");
const ROUNDS = 8;
const MARGIN = 10;
/** What a revision is compared with where none is named. */
const MAIN = ["origin/main", "main"];
const HELP = `npm run bench:regress -- [options]

The working tree, as built here, against another revision, which is built in a git worktree in the temporary folder and
removed at the end. A case that looks slower is measured again and counts when it is slower twice.

  --base REV      the other revision (default: the merge base with ${MAIN.join(" or ")})
  --margin N      percent by which a case may be slower, 1 to 1000 (default ${MARGIN})
  --rounds N      rounds of up to 5 timed runs per peer, 1 to 1000 (default ${ROUNDS})
  --noisy         do not repeat turns that others disturbed
${COMMON_HELP}

Exit status: 0; 1 when a case is slower by more than the margin, or fails; 2 for options.
`;
const OWN = {
  base: { type: "string" },
  margin: { type: "string" },
  noisy: { type: "boolean" },
} as const;

await command(HELP, ROUNDS, OWN, async (options) => {
  const cases = choose(distinct(), options);
  if (options.list) {
    const names = cases.map(({ name, what, measure: measured }) => ({ name, what, measure: measured }));
    print(options, names, names.map(({ name }) => name).join("\n"));
    return 0;
  }
  const margin = wholeNumber("margin", options.values.margin ?? String(MARGIN), 1000);
  const revision = baseRevision(options.values.base);
  const slower = ({ ratio }: CaseResult): boolean => ratio * (1 + margin / 100) < 1;
  return inWorktree(revision, builds(cases), async (root) => {
    const settings = { rounds: options.rounds, noisy: options.flags.has("noisy") };
    const against = cases.map((each) => ({ ...each, ...sources(each, root) }));
    const first = await measure(against, settings);
    const suspects = first.cases.filter(slower).map(({ name }) => name);
    const again = against.filter(({ name }) => suspects.includes(name));
    const second = again.length === 0 ? null : await measure(again, settings);
    const results: Results & { base: string } = {
      ...first,
      base: revision,
      cases: first.cases.map((each) => second?.cases.find(({ name }) => name === each.name) ?? each),
      failed: [...first.failed, ...(second?.failed ?? [])],
    };
    print(options, results, `${toTable(results)}\nrival: ${revision}`);
    const slow = results.cases.filter(slower);
    for (const { name, ratio } of slow)
      console.error(`${name} takes ${(100 / ratio - 100).toFixed(0)} % more than before, twice measured.`);
    return slow.length + results.failed.length === 0 && results.cases.length > 0 ? 0 : 1;
  });
});

/** One case for each way to run ours, without its rival. */
function distinct(): Case[] {
  const found = new Map<string, Case>();
  for (const each of CASES) {
    const key = `${each.what} ${each.measure} ${keyOf(each.ours)}`;
    if (!found.has(key)) found.set(key, { ...each, target: undefined });
  }
  return [...found.values()];
}

/** Both run from their sources: the worktree has no dist/. */
function sources({ ours }: Case, root: string): Pick<Case, "ours" | "rival" | "reference"> {
  const rival = { ...ours, root };
  return { ours: { ...ours, root: ROOT }, rival, reference: rival };
}

function baseRevision(named: string | undefined): string {
  if (named !== undefined) return commit(named) ?? fail(`There is no revision ${named}.`);
  const head = commit("HEAD");
  for (const branch of MAIN) {
    if (commit(branch) === null) continue;
    const base = git("merge-base", "HEAD", branch);
    if (base !== head || git("status", "--porcelain") !== "") return base;
  }
  return fail("The working tree is what the main branch has; name a revision to compare with: --base REV.");
}

function fail(message: string): never {
  throw new UsageError(message);
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function commit(revision: string): string | null {
  try {
    return git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
  } catch {
    return null;
  }
}

/** The scripts that make what the cases run. */
function builds(cases: readonly Case[]): string[] {
  const backends = new Set(cases.map(({ ours }) => ours.backend));
  const scripts = { cpu: "scripts/build-native.mjs", wasm: "wasm/build.mjs" };
  const needed = Object.entries(scripts).filter(([backend]) => backends.has(backend as keyof typeof scripts));
  return ["scripts/embed-wgsl.mjs", ...needed.map(([, script]) => script)];
}

/** The revision's sources and builds in a folder of their own, with this checkout's development dependencies. */
async function inWorktree<T>(
  revision: string,
  scripts: readonly string[],
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = join(CACHE, `worktree-${revision.slice(0, 12)}-${process.pid}`);
  const remove = (): string => git("worktree", "remove", "--force", root);
  const onInterrupt = (): never => {
    remove();
    process.exit(130);
  };
  git("worktree", "add", "--detach", root, revision);
  process.once("SIGINT", onInterrupt);
  try {
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "junction");
    for (const script of scripts) {
      if (!existsSync(join(root, script))) continue; // older than it
      console.error(`${revision.slice(0, 12)}: ${script}`);
      execFileSync(process.execPath, [join(root, script)], { cwd: root, stdio: ["ignore", 2, 2] });
    }
    return await use(root);
  } finally {
    process.off("SIGINT", onInterrupt);
    remove();
  }
}
