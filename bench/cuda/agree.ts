/** Equal answers of both sides, before anything is timed. */
import type { Precision } from "../../src/plan/lower.ts";
import { type Detections, partnered } from "../../test/support/detections.ts";
import type { Outputs } from "../peers/peer.ts";

/** Of max(1, |value|); of findings for scores, and twice that share of its longer side for a box. */
const TOLERANCE = { fp32: 1e-3, fp16: 2e-2 } as const;
/**
 * How many findings need a partner. Suppression and the order of nearly equal scores turn on the last bits, which in half
 * precision differ between any two programs.
 */
const PARTNERS = { fp32: 0.99, fp16: 0.8 } as const;

const FINDINGS = ["boxes", "scores", "classes", "kept"];

/**
 * @returns a note on how much they differ
 * @throws Error naming what differs by more than the precision explains
 */
export function agree(ours: Outputs, rival: Outputs, precision: Precision): string {
  const limit = TOLERANCE[precision];
  let largest = 0;
  for (const [name, expected] of Object.entries(rival)) {
    if (FINDINGS.includes(name)) continue;
    const found = ours[name];
    if (found?.length !== expected.length)
      throw new Error(`output "${name}": ${found?.length ?? "no"} values beside ${expected.length}`);
    expected.forEach((value, i) => {
      const difference = Math.abs(found[i]! - value) / Math.max(1, Math.abs(value));
      if (!(difference <= limit)) throw new Error(`output "${name}"[${i}]: ${found[i]} beside ${value}`);
      largest = Math.max(largest, difference);
    });
  }
  const notes = Object.keys(rival).some((name) => !FINDINGS.includes(name))
    ? [`values differ by ${largest.toExponential(1)}`]
    : [];
  if ("boxes" in rival) {
    const [own, other] = [detections(ours), detections(rival)];
    const share = Math.min(partnered(own, other, limit), partnered(other, own, limit));
    if (!(share >= PARTNERS[precision]))
      throw new Error(
        `only ${(100 * share).toFixed(0)} % of ${own.scores.length} and ${other.scores.length} findings are on both sides`,
      );
    notes.push(`${(100 * share).toFixed(0)} % of ${other.scores.length} findings on both sides`);
  }
  return notes.join(", ");
}

const detections = ({ boxes, scores, classes }: Outputs): Detections => ({
  boxes: boxes!,
  scores: scores!,
  classes: classes!,
});
