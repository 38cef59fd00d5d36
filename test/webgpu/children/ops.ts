/** Every operator case of the families that are named, as written and optimised, against the float64 reference. */
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { optimize } from "../../../src/optimize/pipeline.ts";
import { buildPlan } from "../../../src/plan/lower.ts";
import { runPlan } from "../../ops/engines.ts";
import { fill, type OpCase } from "../../ops/op-case.ts";
import { findMismatch } from "../../reference/compare.ts";
import { interpret } from "../../reference/interpret.ts";
import { random } from "../../shim.ts";
import { Sketch } from "../../support/build.ts";
import { finish } from "../child.ts";
import { reason } from "./support.ts";

const [precision, ...families] = process.argv.slice(2) as ["fp32" | "fp16", ...string[]];
/** A share of the largest value: of f32 as the issue of WebGPU allows its functions to err, and of halves. */
const TOLERANCE = { fp32: { relative: 1e-4, absolute: 1e-6 }, fp16: { relative: 2e-2, absolute: 1e-3 } };

const base = Number(process.env.SPINEXR_SEED ?? Date.now() & 0xfffff);

async function problems(
  instance: Awaited<ReturnType<typeof webgpuBackend.open>>,
  entry: OpCase,
  index: number,
): Promise<string[]> {
  const next = random(base + index);
  const sketch = new Sketch();
  const values = entry.feeds.map(({ dims, dtype = "f32" }, i) => sketch.builder.input(`in${i}`, dtype, dims));
  const feeds = Object.fromEntries(entry.feeds.map((feed, i) => [`in${i}`, fill(feed, next)]));
  const graph = sketch.finish(...entry.build(sketch, values));
  const expected = interpret(graph, feeds);
  const found: string[] = [];
  const plans = Object.entries({ "as written": graph, optimised: optimize(graph) });
  for (const [form, whole] of plans) {
    const plan = buildPlan(whole, { ...entry.plan, ...instance.plans });
    const outputs = await runPlan(instance, plan, feeds);
    for (const [name, { dtype, dims, data }] of expected) {
      const output = outputs.get(name)!;
      const mismatch =
        output.dims.join() === dims.join()
          ? findMismatch(output.data, data, dims, dtype === "f32" ? TOLERANCE[precision] : {})
          : `[${output.dims}], not [${dims}]`;
      if (mismatch !== null)
        found.push(`${entry.op}, ${entry.title}, SPINEXR_SEED ${base}, ${form}: ${mismatch}`);
    }
  }
  return found;
}

await finish(reason, async () => {
  const instance = await webgpuBackend.open({ threads: 1, precision });
  const found: string[] = [];
  let count = 0;
  for (const family of families) {
    const { CASES } = (await import(`../../ops/${family}.cases.ts`)) as { CASES: readonly OpCase[] };
    for (const [i, entry] of CASES.entries()) {
      count++;
      try {
        found.push(...(await problems(instance, entry, i)));
      } catch (error) {
        found.push(`${entry.op}, ${entry.title}, SPINEXR_SEED ${base}: ${(error as Error).message}`);
      }
    }
  }
  return { device: instance.device, count, found };
});
