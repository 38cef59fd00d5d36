/** Every operator case on WebGPU in Node against the float64 reference. */
import { assert, skip, suite } from "../shim.ts";
import { runChild } from "./child.ts";
import type { OpCaseResults } from "./op-cases.ts";

const test = suite("webgpu operators");
const seed = process.env.SPINEXR_SEED ?? String(Date.now() & 0xfffff);

for (const precision of ["fp32", "fp16"]) {
  test(`${precision}: every case`, () => {
    const outcome = runChild<OpCaseResults>("ops.ts", [precision, seed]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { device, count, found } = outcome.result;
    assert.is(
      found.length,
      0,
      `${found.length} problems, SPINEXR_SEED ${seed}:\n${found.slice(0, 12).join("\n")}`,
    );
    console.log(`NOTE ${count} cases agree in ${precision} on ${device}`);
  });
}

test.run();
