/** Every operator case, as written and optimised, against the float64 reference. Runs in Node and in pages. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { FAMILIES } from "../ops/all-cases.ts";
import { fill, type OpCase } from "../ops/op-case.ts";
import { runPlan } from "../ops/run-plan.ts";
import { findMismatch } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { Sketch } from "../support/build.ts";
import { random } from "../support/random.ts";

export interface OpCaseResults {
  readonly device: string;
  readonly count: number;
  /** A line for each that differs or fails. */
  readonly found: readonly string[];
}

/** A share of the largest value: of f32 as WebGPU allows its functions to err, and of halves. */
const TOLERANCE = { fp32: { relative: 1e-4, absolute: 1e-6 }, fp16: { relative: 2e-2, absolute: 1e-3 } };

export async function checkOpCases(
  instance: BackendInstance,
  precision: keyof typeof TOLERANCE,
  seed: number,
): Promise<OpCaseResults> {
  const found: string[] = [];
  let count = 0;
  for (const entry of Object.values(FAMILIES).flat()) {
    const title = `${entry.op}, ${entry.title}, SPINEXR_SEED ${seed}`;
    try {
      const problems = await check(instance, entry, precision, random(seed + count));
      found.push(...problems.map((problem) => `${title}, ${problem}`));
    } catch (error) {
      found.push(`${title}: ${(error as Error).message}`);
    }
    count++;
  }
  return { device: instance.device, count, found };
}

async function check(
  instance: BackendInstance,
  entry: OpCase,
  precision: keyof typeof TOLERANCE,
  next: () => number,
): Promise<string[]> {
  const sketch = new Sketch();
  const values = entry.feeds.map(({ dims, dtype = "f32" }, i) => sketch.builder.input(`in${i}`, dtype, dims));
  const feeds = Object.fromEntries(entry.feeds.map((feed, i) => [`in${i}`, fill(feed, next)]));
  const graph = sketch.finish(...entry.build(sketch, values));
  const expected = interpret(graph, feeds);
  const problems: string[] = [];
  for (const [form, whole] of Object.entries({ "as written": graph, optimised: optimize(graph) })) {
    const plan = buildPlan(whole, { ...entry.plan, ...instance.plans });
    const outputs = await runPlan(instance, plan, feeds);
    for (const [name, { dtype, dims, data }] of expected) {
      const output = outputs.get(name)!;
      const mismatch =
        output.dims.join() === dims.join()
          ? findMismatch(output.data, data, dims, dtype === "f32" ? TOLERANCE[precision] : {})
          : `[${output.dims}], not [${dims}]`;
      if (mismatch !== null) problems.push(`${form}: ${mismatch}`);
    }
  }
  return problems;
}
