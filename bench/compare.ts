/** Equal answers, before anything is timed. */
import { differenceOf } from "../src/benchmark/answers.ts";
import type { Outputs } from "./peers/peer.ts";

/** Absolute or relative, whichever is larger. */
export const TOLERANCE = 1e-3;

/** Names of the outputs that say what was found; the rest is compared number by number. */
const FINDINGS = ["boxes", "scores", "classes"];

/**
 * The largest difference, in units of max(1, |expected|).
 * @throws Error naming the value that differs by more than TOLERANCE, or the output that is missing
 */
export function compareOutputs(peer: string, found: Outputs, expected: Outputs): number {
  const detections = FINDINGS.every((name) => name in expected);
  let largest = detections ? compareFindings(peer, found, expected) : 0;
  for (const [name, values] of Object.entries(expected)) {
    if (detections && FINDINGS.includes(name)) continue;
    const others = outputOf(peer, found, name, values.length);
    values.forEach((value, i) => {
      const difference = differenceOf(others[i]!, value);
      if (!(difference <= TOLERANCE))
        // also true for NaN
        throw different(peer, `output "${name}"[${i}] expected ${value}, found ${others[i]}`);
      largest = Math.max(largest, difference);
    });
  }
  return largest;
}

/**
 * Findings in any order, since those with nearly equal scores change places: each expected one needs one of its own that
 * has its class, its score and its corners, the latter in units of the box's longer side.
 */
function compareFindings(peer: string, found: Outputs, expected: Outputs): number {
  const { boxes, scores, classes } = expected as {
    boxes: Float32Array;
    scores: Float32Array;
    classes: Float32Array;
  };
  const others = Object.fromEntries(
    FINDINGS.map((name) => [name, outputOf(peer, found, name, expected[name]!.length)]),
  );
  const free = new Set(scores.keys());
  let largest = 0;
  scores.forEach((score, i) => {
    const box = boxes.subarray(4 * i, 4 * i + 4);
    const side = Math.max(1, box[2]! - box[0]!, box[3]! - box[1]!);
    let [best, least] = [-1, Infinity];
    for (const j of free) {
      if (others.classes![j] !== classes[i]) continue;
      const corners = box.map((value, k) => Math.abs(others.boxes![4 * j + k]! - value) / side);
      const difference = Math.max(differenceOf(others.scores![j]!, score), ...corners);
      if (difference < least) [best, least] = [j, difference];
    }
    if (!(least <= TOLERANCE)) {
      const nearest =
        least === Infinity ? "none of its class" : `one that differs by ${least.toExponential(1)}`;
      throw different(
        peer,
        `finding ${i} (class ${classes[i]}, score ${score}, box ${[...box]}): found ${nearest}`,
      );
    }
    free.delete(best);
    largest = Math.max(largest, least);
  });
  return largest;
}

function outputOf(peer: string, found: Outputs, name: string, length: number): Float32Array {
  const values = found[name];
  if (values?.length === length) return values;
  throw different(peer, `output "${name}" expected ${length} values, found ${values?.length ?? "none"}`);
}

const different = (peer: string, what: string): Error =>
  new Error(`${peer}: ${what}; allowed is a difference of ${TOLERANCE}. Nothing was timed.`);
