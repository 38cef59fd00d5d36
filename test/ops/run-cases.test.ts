/** Every operator case on every kernel set and build, as written and optimised, against the float64 reference. */
import { optimize } from "../../src/optimize/pipeline.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { findMismatch } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, random, skip, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";
import { FAMILIES } from "./all-cases.ts";
import { closeEngines, type Engine, openEngines } from "./engines.ts";
import { fill, type OpCase } from "./op-case.ts";
import { runPlan } from "./run-plan.ts";

const test = suite("operators");

const DEFAULT = { relative: 2e-6, absolute: 1e-7 };

let engines: Engine[] = [];
test.before(async () => {
  engines = await openEngines();
});
test.after(() => closeEngines(engines));

/** What is wrong, one sentence per engine and plan. */
async function problems(entry: OpCase, base: number, index: number): Promise<string[]> {
  const next = random(base + index);
  const sketch = new Sketch();
  const values = entry.feeds.map(({ dims, dtype = "f32" }, i) => sketch.builder.input(`in${i}`, dtype, dims));
  const feeds = Object.fromEntries(entry.feeds.map((feed, i) => [`in${i}`, fill(feed, next)]));
  const graph = sketch.finish(...entry.build(sketch, values));
  const expected = interpret(graph, feeds);
  const plans = {
    "as written": buildPlan(graph, entry.plan),
    optimised: buildPlan(optimize(graph), entry.plan),
  };
  const found: string[] = [];
  for (const { label, instance } of engines) {
    for (const [form, plan] of Object.entries(plans)) {
      const context = `${entry.op}, ${entry.title}, SPINEXR_SEED ${base}, ${form} on ${label}:`;
      const outputs = await runPlan(instance, plan, feeds);
      for (const [name, { dtype, dims, data }] of expected) {
        const output = outputs.get(name)!;
        const tolerance = dtype === "f32" ? (entry.tolerance ?? DEFAULT) : {};
        if (output.dims.join() !== dims.join()) found.push(`${context} [${output.dims}], not [${dims}]`);
        else {
          const mismatch = findMismatch(output.data, data, dims, tolerance);
          if (mismatch !== null) found.push(`${context} ${mismatch}`);
        }
      }
    }
  }
  return found;
}

for (const [family, cases] of Object.entries(FAMILIES)) {
  test(`${family}: ${cases.length} cases`, async () => {
    if (engines.length === 0) skip("no backend runs here");
    const counts = new Map<string, number>();
    const found: string[] = [];
    // The inputs differ from run to run; SPINEXR_SEED repeats those of a failure, which names its seed.
    const base = Number(process.env.SPINEXR_SEED ?? Date.now() & 0xfffff);
    for (const [i, entry] of cases.entries()) {
      try {
        found.push(...(await problems(entry, base, i)));
      } catch (error) {
        found.push(`${entry.op}, ${entry.title}, SPINEXR_SEED ${base}: ${(error as Error).message}`);
      }
      counts.set(entry.op, (counts.get(entry.op) ?? 0) + 1);
    }
    assert.is(found.length, 0, `${found.length} problems:\n${found.slice(0, 12).join("\n")}`);
    const table = [...counts].map(([op, count]) => `${op} (${count})`).join(", ");
    console.log(`\nNOTE ${family} agrees on ${engines.map(({ label }) => label).join("; ")}: ${table}`);
  });
}

test.run();
