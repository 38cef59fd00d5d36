/** The reference implementation's probabilities and boxes, from its own checkpoints and DICOM files, on WebGPU in Node. */
import type { Finding } from "../../src/api/results.ts";
import type { LayerResults } from "../ops/layers.ts";
import { assert, shared, skip, suite } from "../shim.ts";
import { GOLDEN_DETECTORS, goldenImages, missedBoxes } from "../support/golden.ts";
import { onSwiftShader, runChild } from "./child.ts";

interface HalfResults {
  readonly device: string;
  readonly boxes: { readonly ok: boolean; readonly words: string };
  readonly layers: LayerResults;
}

const test = suite("webgpu networks");

for (const [precision, limit] of [
  ["fp32", 1e-4],
  ["fp16", 2e-2],
] as const) {
  test(`densenet121, ${precision}: the golden probability within ${limit}`, () => {
    const outcome = runChild<{ worst: number; seconds: number }>("networks.ts", [
      ...[shared("."), "densenet121", "1", precision],
    ]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { worst, seconds } = outcome.result;
    assert.ok(worst < limit, `differs by ${worst}`);
    console.log(`NOTE densenet121, ${precision}: ${worst.toExponential(1)}, ${seconds.toFixed(1)} s`);
  });
}

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

for (const arch of GOLDEN_DETECTORS) {
  test(`${arch}, fp16: its boxes as far as they can be judged, and its layers`, () => {
    if (onSwiftShader())
      skip("takes minutes on SwiftShader; set VK_ICD_FILENAMES to another driver, llvmpipe's for instance");
    const outcome = runChild<HalfResults>("half.ts", [shared("."), arch]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { device, boxes, layers } = outcome.result;
    assert.ok(boxes.ok, boxes.words);
    assert.equal(layers.found, []);
    console.log(`NOTE ${arch}, fp16, ${device}: ${boxes.words}; ${layers.count} layers agree`);
  });
}

test.run();
