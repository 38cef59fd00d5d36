/** Argument checks that the metrics share. */
import { SpineXRError } from "../api/errors.ts";

export function invalid(message: string): never {
  throw new SpineXRError("INVALID_ARGUMENT", message);
}

/** @throws SpineXRError INVALID_ARGUMENT unless there is one finite score per label and both classes occur */
export function checkBinary(caller: string, scores: ArrayLike<number>, positive: readonly boolean[]): void {
  checkScores(caller, scores, positive);
  const positives = countTrue(positive);
  if (positives === 0 || positives === positive.length)
    invalid(
      `${caller} needs positive and negative cases, found ${positives} positive of ${positive.length}; add the other class.`,
    );
}

/** @throws SpineXRError INVALID_ARGUMENT unless there is at least one case and one finite score per label */
export function checkScores(caller: string, scores: ArrayLike<number>, positive: readonly boolean[]): void {
  if (scores.length !== positive.length)
    invalid(
      `${caller} expects one score per label, found ${scores.length} scores and ${positive.length} labels.`,
    );
  if (scores.length === 0) invalid(`${caller} expects at least one case, found none.`);
  for (let i = 0; i < scores.length; i++)
    if (!Number.isFinite(scores[i])) invalid(`${caller} expects finite scores, found ${scores[i]} at ${i}.`);
}

/** @throws SpineXRError INVALID_ARGUMENT */
export function checkRange(caller: string, name: string, value: number, low: number, high: number): void {
  if (!(typeof value === "number" && value >= low && value <= high))
    invalid(`${caller}: ${name} must be a number from ${low} to ${high}, found ${value}.`);
}

/** @throws SpineXRError INVALID_ARGUMENT */
export function checkWhole(caller: string, name: string, value: number, low: number, high: number): void {
  if (!(Number.isInteger(value) && value >= low && value <= high))
    invalid(`${caller}: ${name} must be a whole number from ${low} to ${high}, found ${value}.`);
}

export function countTrue(values: readonly boolean[]): number {
  let count = 0;
  for (const value of values) if (value) count++;
  return count;
}

/** Indices of `scores` in falling order of score; equal scores keep their order. */
export function fallingOrder(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => scores[b] - scores[a] || a - b,
  );
}
