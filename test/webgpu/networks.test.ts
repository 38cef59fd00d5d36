/** The reference implementation's probabilities and boxes, from its own checkpoints and DICOM files, on WebGPU in Node. */
import type { Finding } from "../../src/api/results.ts";
import { assert, shared, skip, suite } from "../shim.ts";
import { GOLDEN_DETECTORS, goldenImages, missedBoxes } from "../support/golden.ts";
import { runChild } from "./child.ts";

const test = suite("webgpu networks");

test("densenet121: the golden probability within 1e-4", () => {
  const outcome = runChild<{ worst: number; seconds: number }>("networks.ts", [
    ...[shared("."), "densenet121", "1", "fp32"],
  ]);
  if (outcome.skipped !== null) skip(outcome.skipped);
  const { worst, seconds } = outcome.result;
  assert.ok(worst < 1e-4, `differs by ${worst}`);
  console.log(`NOTE densenet121: ${worst.toExponential(1)}, ${seconds.toFixed(1)} s`);
});

for (const arch of GOLDEN_DETECTORS) {
  test(`${arch}: the expected boxes`, () => {
    const outcome = runChild<{ found: Finding[][]; hostSteps: string[]; seconds: number }>("networks.ts", [
      ...[shared("."), arch, "1", "fp32"],
    ]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { found, hostSteps, seconds } = outcome.result;
    const { missed, count } = missedBoxes(goldenImages(shared("."), arch), found);
    if (arch === "faster-rcnn") assert.equal(hostSteps, ["classAwareNms", "gather"]);
    assert.ok(missed <= 0.01 * count, `${missed} of ${count} are missing`);
    console.log(`NOTE ${arch}: ${missed} of ${count} missed, ${seconds.toFixed(1)} s`);
  });
}

test.run();
