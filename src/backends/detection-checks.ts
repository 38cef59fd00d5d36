/** Argument checks of the box operations. All throw INVALID_ARGUMENT. */
import { SpineXRError } from "../api/errors.ts";

const MAX_BOXES = 2 ** 24;
const MAX_ELEMENTS = 2 ** 29;

const invalid = (expected: string): SpineXRError =>
  new SpineXRError("INVALID_ARGUMENT", `Box operation: expected ${expected}.`);

export function checkType(
  what: string,
  value: unknown,
  type: Float32ArrayConstructor | Int32ArrayConstructor,
): void {
  if (!(value instanceof type)) throw invalid(`${what} in a ${type.name}, found ${typeof value}`);
}

export function checkInteger(what: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw invalid(
      `${what} to be ${low === high ? low : `an integer from ${low} to ${high}`}, found ${value}`,
    );
}

export function checkNumber(what: string, value: number, low: number, high: number): void {
  if (typeof value !== "number" || !(value >= low && value <= high))
    throw invalid(`${what} to be a number from ${low} to ${high}, found ${value}`);
}

export function checkFlag(what: string, value: boolean): void {
  if (typeof value !== "boolean") throw invalid(`${what} to be true or false, found ${value}`);
}

/** How many boxes the corners are. */
export function checkBoxes(what: string, corners: Float32Array): number {
  checkType(what, corners, Float32Array);
  const n = corners.length / 4;
  if (!Number.isInteger(n) || n > MAX_BOXES)
    throw invalid(`${what} of n x 4 numbers with n up to ${MAX_BOXES}, found ${corners.length} numbers`);
  return n;
}

/** The product, when an array of it can be made. */
export function checkLength(what: string, dims: readonly number[]): number {
  const length = dims.reduce((product, dim) => product * dim, 1);
  if (length > MAX_ELEMENTS) throw invalid(`at most ${MAX_ELEMENTS} ${what}, found ${dims.join(" x ")}`);
  return length;
}
