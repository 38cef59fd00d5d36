/** Equal answers, before anything is timed. */
import type { Outputs } from "./peers/peer.ts";

/** Absolute or relative, whichever is larger. */
export const TOLERANCE = 1e-3;

/**
 * The largest difference, in units of max(1, |expected|).
 * @throws Error naming the value that differs by more than TOLERANCE, or the output that is missing
 */
export function compareOutputs(peer: string, found: Outputs, expected: Outputs): number {
  let largest = 0;
  for (const [name, values] of Object.entries(expected)) {
    const others = found[name];
    if (others?.length !== values.length)
      throw new Error(
        `${peer}: output "${name}" expected ${values.length} values, found ${others?.length ?? "none"}.`,
      );
    values.forEach((value, i) => {
      const difference = Math.abs(others[i]! - value) / Math.max(1, Math.abs(value));
      // also true for NaN
      if (!(difference <= TOLERANCE))
        throw new Error(
          `${peer}: output "${name}"[${i}] expected ${value} within ${TOLERANCE}, found ${others[i]}. Nothing was timed.`,
        );
      largest = Math.max(largest, difference);
    });
  }
  return largest;
}
