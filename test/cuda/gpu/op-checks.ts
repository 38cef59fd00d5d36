/** The operator cases on a GPU, as written and optimised, against the float64 reference. */
import type { BackendInstance } from "../../../src/backends/backend.ts";
import { optimize } from "../../../src/optimize/pipeline.ts";
import { buildPlan } from "../../../src/plan/lower.ts";
import { FAMILIES } from "../../ops/all-cases.ts";
import { fill, type OpCase } from "../../ops/op-case.ts";
import { runPlan } from "../../ops/run-plan.ts";
import { findMismatch } from "../../reference/compare.ts";
import { interpret } from "../../reference/interpret.ts";
import { random } from "../../shim.ts";
import { Sketch } from "../../support/build.ts";
import type { Check } from "./report.ts";
import { type Variant, withCuda } from "./variants.ts";

/** Families whose arithmetic the options allowTf32 and deterministic change. */
export const PRODUCTS = ["convolution", "matrix product"];

export interface Selection {
  readonly seed: number;
  /** Default: all. */
  readonly families?: readonly string[];
  /** Every n-th case alone. Default 1. */
  readonly every?: number;
}

/** A check for each family. */
export function checkOps(
  check: Check,
  variant: Variant,
  { seed, families, every = 1 }: Selection,
): Promise<void> {
  return withCuda(variant, async (instance) => {
    for (const [family, cases] of Object.entries(FAMILIES)) {
      if (families !== undefined && !families.includes(family)) continue;
      await check(`${family}, ${variant.label}`, async () => {
        const problems: string[] = [];
        const chosen = cases.filter((_, i) => i % every === 0);
        for (const entry of chosen) {
          try {
            problems.push(...(await problemsOf(entry, seed + cases.indexOf(entry), instance, variant)));
          } catch (error) {
            problems.push(`${entry.op}, ${entry.title}: ${(error as Error).message}`);
          }
        }
        if (problems.length > 0)
          throw new Error(
            `${problems.length} problems, seed ${seed}\n    ${problems.slice(0, 20).join("\n    ")}`,
          );
        return `${chosen.length} cases`;
      });
    }
  });
}

async function problemsOf(
  entry: OpCase,
  seed: number,
  instance: BackendInstance,
  { tolerance }: Variant,
): Promise<string[]> {
  const next = random(seed);
  const sketch = new Sketch();
  const values = entry.feeds.map(({ dims, dtype = "f32" }, i) => sketch.builder.input(`in${i}`, dtype, dims));
  const feeds = Object.fromEntries(entry.feeds.map((feed, i) => [`in${i}`, fill(feed, next)]));
  const graph = sketch.finish(...entry.build(sketch, values));
  const expected = interpret(graph, feeds);
  const found: string[] = [];
  for (const [form, source] of Object.entries({ "as written": graph, optimised: optimize(graph) })) {
    const plan = buildPlan(source, { ...entry.plan, ...instance.plans });
    const outputs = await runPlan(instance, plan, feeds);
    for (const [name, { dtype, dims, data }] of expected) {
      const output = outputs.get(name)!;
      const context = `${entry.op}, ${entry.title}, ${form}:`;
      const limit = { relative: Math.max(tolerance, entry.tolerance?.relative ?? 0), absolute: 1e-6 };
      if (output.dims.join() !== dims.join()) found.push(`${context} [${output.dims}], not [${dims}]`);
      else {
        const mismatch = findMismatch(output.data, data, dims, dtype === "f32" ? limit : {});
        if (mismatch !== null) found.push(`${context} ${mismatch}`);
      }
    }
  }
  return found;
}
