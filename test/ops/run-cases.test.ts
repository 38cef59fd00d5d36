/** Every operator case on every kernel set and build, as written and optimised, against the float64 reference. */
import { assert, skip, suite } from "../shim.ts";
import { FAMILIES } from "./all-cases.ts";
import { makeCase, problemsOf } from "./check-case.ts";
import { closeEngines, type Engine, openEngines } from "./engines.ts";

const test = suite("operators");

const DEFAULT = { relative: 2e-6, absolute: 1e-7 };

let engines: Engine[] = [];
test.before(async () => {
  engines = await openEngines();
});
test.after(() => closeEngines(engines));

for (const [family, cases] of Object.entries(FAMILIES)) {
  test(`${family}: ${cases.length} cases`, async () => {
    if (engines.length === 0) skip("no backend runs here");
    const counts = new Map<string, number>();
    const found: string[] = [];
    // The inputs differ from run to run; SPINEXR_SEED repeats those of a failure, which names its seed.
    const base = Number(process.env.SPINEXR_SEED ?? Date.now() & 0xfffff);
    for (const [i, entry] of cases.entries()) {
      try {
        const made = makeCase(entry, base + i);
        for (const { label, instance } of engines) {
          const problems = await problemsOf(made, instance, entry.tolerance ?? DEFAULT);
          found.push(...problems.map((problem) => `${label}: ${problem}`));
        }
      } catch (error) {
        found.push(`${entry.op}, ${entry.title}: ${(error as Error).message}`);
      }
      counts.set(entry.op, (counts.get(entry.op) ?? 0) + 1);
    }
    assert.is(
      found.length,
      0,
      `${found.length} problems, SPINEXR_SEED ${base}:\n${found.slice(0, 12).join("\n")}`,
    );
    const table = [...counts].map(([op, count]) => `${op} (${count})`).join(", ");
    console.log(`\nNOTE ${family} agrees on ${engines.map(({ label }) => label).join("; ")}: ${table}`);
  });
}

test.run();
