/** One plan, one run. Knows no engine: browsers run it too. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import type { PortData } from "../../src/backends/core.ts";
import type { TensorData } from "../../src/graph/graph.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Result } from "../reference/interpret.ts";

/**
 * Outputs by name, with the dims that hold for this run. After every run the core checks the 64 guard bytes on both
 * sides of arena, scratch and constants (Session::run in native/runtime/session.cpp) and fails with INTERNAL where a
 * kernel wrote outside: so each run here is such a test, too.
 */
export async function runPlan(
  instance: BackendInstance,
  plan: Plan,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Map<string, Pick<Result, "dims"> & { data: PortData }>> {
  const executor = await instance.prepare(plan);
  try {
    const { outputs } = await executor.run(plan.inputs.map(({ name }) => toPort(inputs[name]!)));
    return new Map(
      plan.outputs.map(({ name, dims, countTensor }, i) => {
        const data = outputs[i]!;
        const row = dims.slice(1).reduce((a, b) => a * b, 1);
        return [name, { dims: countTensor >= 0 ? [data.length / row, ...dims.slice(1)] : dims, data }];
      }),
    );
  } finally {
    await executor.dispose();
  }
}

/** The core keeps i64 as i32. */
const toPort = (data: TensorData): PortData =>
  data instanceof BigInt64Array ? Int32Array.from(data, Number) : data;
