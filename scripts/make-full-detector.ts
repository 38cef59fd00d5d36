/**
 * Writes a checkpoint of Sparse R-CNN R50-FPN at full width (106 million parameters) with seeded random weights, to
 * measure conversion and speed: `npx tsx scripts/make-full-detector.ts OUT.pth`, then
 * `/usr/bin/time -v npx spinexr convert OUT.pth --arch sparse-rcnn --out DIR`. What it detects means nothing.
 */
import { writeFileSync } from "node:fs";
import { random } from "../test/shim.ts";
import { FULL_SPARSE_RCNN, randomDetector } from "../test/support/random-detector.ts";
import { writeCheckpoint } from "../test/support/torch-writer.ts";

const out = process.argv[2];
if (out === undefined) {
  console.error("usage: npx tsx scripts/make-full-detector.ts OUT.pth");
  process.exit(2);
}
const state = randomDetector(FULL_SPARSE_RCNN, random(106));
const parameters = [...state.values()].reduce((sum, { data }) => sum + data.length, 0);
writeFileSync(out, writeCheckpoint(state));
console.log(`${out}: ${state.size} tensors, ${parameters} parameters`);
