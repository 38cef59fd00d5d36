/** One operator case, as written and optimised, held to the float64 reference. Knows no engine: browsers run it too. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import { elementCount, type TensorData, type Value } from "../../src/graph/graph.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { buildPlan, type PlanOptions } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { findMismatch, type Tolerance } from "../reference/compare.ts";
import { interpret, type Result } from "../reference/interpret.ts";
import { Sketch } from "../support/build.ts";
import { random } from "../support/random.ts";
import { fill, type OpCase } from "./op-case.ts";
import { runPlan } from "./run-plan.ts";

/** A case with its inputs, plans and expected outputs. */
export interface MadeCase {
  readonly entry: OpCase;
  readonly feeds: Readonly<Record<string, TensorData>>;
  readonly expected: ReadonlyMap<string, Result>;
  readonly plans: Readonly<Record<string, Plan>>;
}

/**
 * In half precision the case stands between products, since ports are f32 and a step that reads f32 alone writes it.
 * @param options as the backend wants plans made
 */
export function makeCase(entry: OpCase, seed: number, options: PlanOptions = {}): MadeCase {
  const next = random(seed);
  const sketch = new Sketch();
  const values = entry.feeds.map(({ dims, dtype = "f32" }, i) => sketch.builder.input(`in${i}`, dtype, dims));
  const feeds = Object.fromEntries(entry.feeds.map((feed, i) => [`in${i}`, fill(feed, next)]));
  const half = options.precision === "fp16";
  // Some operands stay f32: those are cast where they meet halves.
  const operands = half ? values.map((value) => (next() < 0.8 ? timesOne(sketch, value) : value)) : values;
  const results = entry.build(sketch, operands);
  const graph = sketch.finish(...(half ? results.map((value) => timesOne(sketch, value)) : results));
  const plan = (whole: typeof graph) => buildPlan(whole, { ...entry.plan, ...options });
  const plans = { "as written": plan(graph), optimised: plan(optimize(graph)) };
  return { entry, feeds, expected: interpret(graph, feeds), plans };
}

/** The value through a product with [[1]], which may read halves and write f32 or the other way round. */
function timesOne(sketch: Sketch, value: Value): Value {
  const count = elementCount(value.dims);
  if (value.dtype !== "f32" || count === 0) return value;
  const one = sketch.builder.constant(`one${value.id}`, Float32Array.of(1), [1, 1]);
  const column = sketch.reshape(value, [count, 1]);
  const [product] = sketch.builder.add("matmul", {
    inputs: [column, one, null],
    transA: false,
    transB: false,
    alpha: 1,
  });
  return sketch.reshape(product!, [...value.dims]);
}

/**
 * What is wrong, one sentence per plan and output.
 * @param tolerance of float32 outputs; all others must be equal
 */
export async function problemsOf(
  { entry, feeds, expected, plans }: MadeCase,
  instance: BackendInstance,
  tolerance: Tolerance,
): Promise<string[]> {
  const found: string[] = [];
  for (const [form, plan] of Object.entries(plans)) {
    const outputs = await runPlan(instance, plan, feeds);
    for (const [name, { dtype, dims, data }] of expected) {
      const output = outputs.get(name)!;
      const mismatch =
        output.dims.join() === dims.join()
          ? findMismatch(output.data, data, dims, dtype === "f32" ? tolerance : {})
          : `[${output.dims}], not [${dims}]`;
      if (mismatch !== null) found.push(`${entry.op}, ${entry.title}, ${form}: ${mismatch}`);
    }
  }
  return found;
}
