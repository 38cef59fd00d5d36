/** Every operator case on WebGPU in Node against the float64 reference. */
import { assert, skip, suite } from "../shim.ts";
import { runChild } from "./child.ts";

const test = suite("webgpu operators");

const FAMILIES = [
  "conv",
  "matmul",
  "pool",
  "elementwise",
  "reduce",
  "normalize",
  "movement",
  "detection",
  "boxes",
];

interface Found {
  readonly device: string;
  readonly count: number;
  readonly found: readonly string[];
}

for (const precision of ["fp32", "fp16"]) {
  test(`${precision}: every case of ${FAMILIES.join(", ")}`, () => {
    const outcome = runChild<Found>("ops.ts", [precision, ...FAMILIES]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { device, count, found } = outcome.result;
    assert.is(found.length, 0, `${found.length} problems:\n${found.slice(0, 12).join("\n")}`);
    console.log(`NOTE ${count} cases agree in ${precision} on ${device}`);
  });
}

test.run();
