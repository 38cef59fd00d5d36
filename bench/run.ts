/** The benchmark: checks that all peers agree, times them in turns, prints what it found. */
import { writeFileSync } from "node:fs";
import type { Case } from "./cases/case.ts";
import { CLASSIFY_DIMS, foreignCases } from "./cases/classify.ts";
import { CASES } from "./cases/index.ts";
import { measure } from "./measure.ts";
import { COMMON_HELP, choose, command, type Options, print, wholeNumber } from "./options.ts";
import { nameOf } from "./peers/remote.ts";
import { MOST_TIMES_SLOWER, toDocument, tooSlow } from "./results.ts";
import { table, toMarkdown, toTable } from "./table.ts";

const ROUNDS = 8;
const HELP = `npm run bench -- [options]

This package against what a user would take instead, interleaved in one run. All cases by default; what this machine
or installation cannot run is skipped with the reason.

  --rounds N      rounds of up to 5 timed runs per peer, 1 to 1000 (default ${ROUNDS})
  --noisy         do not repeat turns that others disturbed: to see whether everything works
  --model FILE    another ONNX file with one float32 input, on each backend, instead of the cases
  --dims A,B,...  its input's dims (default ${CLASSIFY_DIMS.join()})
  --write         write bench/RESULTS.md
${COMMON_HELP}

Exit status: 0; 1 for different answers, a failed peer, a case more than ${MOST_TIMES_SLOWER} times as slow as its rival, or nothing
that could run; 2 for options.
`;
const OWN = {
  noisy: { type: "boolean" },
  model: { type: "string" },
  dims: { type: "string" },
  write: { type: "boolean" },
} as const;

await command(HELP, ROUNDS, OWN, async (options) => {
  const cases = choose(allCases(options), options);
  if (options.list) {
    const rows = cases.map(describe);
    print(options, rows, table(Object.keys(rows[0]!), rows.map(Object.values<string>)));
    return 0;
  }
  const results = await measure(cases, { rounds: options.rounds, noisy: options.flags.has("noisy") });
  print(options, { ...results, ...toDocument(results) }, toTable(results));
  if (options.flags.has("write")) writeFileSync(new URL("RESULTS.md", import.meta.url), toMarkdown(results));
  const slow = results.cases.filter(tooSlow);
  for (const { name } of slow)
    console.error(`${name} is more than ${MOST_TIMES_SLOWER} times as slow as its rival.`);
  return slow.length + results.failed.length === 0 && results.cases.length > 0 ? 0 : 1;
});

function allCases({ values }: Options): readonly Case[] {
  const { model, dims } = values;
  if (model === undefined) return CASES;
  return foreignCases(
    model,
    dims?.split(",").map((text) => wholeNumber("dims", text, 65536)) ?? CLASSIFY_DIMS,
  );
}

function describe({ name, what, measure: measured, ours, rival, target }: Case) {
  return {
    case: name,
    what,
    measure: measured,
    ours: nameOf(ours),
    rival: nameOf(rival),
    target: target?.toFixed(2) ?? "",
  };
}
