/** The reference implementation's probabilities and boxes, from its own checkpoints and DICOM files, on WebGPU in Node. */
import { readFileSync } from "node:fs";
import type { Finding } from "../../src/api/results.ts";
import { iou } from "../decoders/reference.ts";
import { assert, shared, skip, suite } from "../shim.ts";
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

interface Golden {
  readonly images: readonly { readonly detections: readonly Finding[] }[];
}

for (const arch of ["sparse-rcnn", "retinanet", "faster-rcnn"]) {
  test(`${arch}: the expected boxes`, () => {
    const outcome = runChild<{ found: Finding[][]; seconds: number }>("networks.ts", [
      ...[shared("."), arch, "1", "fp32"],
    ]);
    if (outcome.skipped !== null) skip(outcome.skipped);
    const { found, seconds } = outcome.result;
    const file = shared(`golden/models/${arch.replace("-", "_")}.expected.json`);
    const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
    const { missed, count } = compare(golden.images, found);
    assert.ok(missed <= 0.01 * count, `${missed} of ${count} are missing`);
    console.log(`NOTE ${arch}: ${missed} of ${count} missed, ${seconds.toFixed(1)} s`);
  });
}

/** Partners have the same label, IoU >= 0.99 and scores within 1e-3; each box has one. */
function compare(images: Golden["images"], found: readonly (readonly Finding[])[]) {
  let missed = 0;
  let count = 0;
  for (const [i, own] of found.entries()) {
    const rest = [...own];
    for (const { label, score, box } of images[i]!.detections) {
      count++;
      const at = rest.findIndex(
        (other) =>
          other.label === label && Math.abs(other.score - score) <= 1e-3 && iou(other.box, box) >= 0.99,
      );
      if (at < 0) missed++;
      else rest.splice(at, 1);
    }
  }
  return { missed, count };
}

test.run();
