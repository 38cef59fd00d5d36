/** Strict checks of option objects: unknown keys and wrong values throw with the nearest valid name. */
import { SpineXRError } from "./errors.ts";

/** Returns a problem ("a whole number from 1 to 256") or null when the value is fine. */
export type Check = (value: unknown) => string | null;

export const isBoolean: Check = (value) => (typeof value === "boolean" ? null : "true or false");
export const isString: Check = (value) =>
  typeof value === "string" && value !== "" ? null : "a non-empty string";
export const isFunction: Check = (value) => (typeof value === "function" ? null : "a function");
export const isSignal: Check = (value) => (value instanceof AbortSignal ? null : "an AbortSignal");
export const isObject: Check = (value) => (typeof value === "object" && value !== null ? null : "an object");

export function isInteger(low: number, high: number): Check {
  return (value) =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high
      ? null
      : `a whole number from ${low} to ${high}`;
}

export function isOneOf(values: readonly string[]): Check {
  return (value) => (values.includes(value as string) ? null : `one of ${values.join(", ")}`);
}

export function either(...checks: readonly Check[]): Check {
  return (value) => {
    const problems = checks.map((check) => check(value));
    return problems.includes(null) ? null : problems.join(" or ");
  };
}

/** The name among `valid` that a mistyped one most likely meant, or null when none is close. */
export function nearest(name: string, valid: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of valid) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance with a swap of neighbours counted once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, before[j - 2] + 1);
      current.push(value);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length];
}

/** " Did you mean "threads"?" or "". */
export function suggestion(name: string, valid: readonly string[]): string {
  const close = nearest(name, valid);
  return close === null ? "" : ` Did you mean "${close}"?`;
}

/**
 * Checks an options object against one check per allowed key; undefined values count as absent.
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function checkOptions(caller: string, options: object, checks: Readonly<Record<string, Check>>): void {
  if (typeof options !== "object" || options === null)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${caller} expects an options object, found ${typeof options}.`,
    );
  const valid = Object.keys(checks);
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, key)) {
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `${caller} has no option "${key}".${suggestion(key, valid)} Options are: ${valid.join(", ")}.`,
      );
    }
    if (value === undefined) continue;
    const problem = checks[key](value);
    if (problem !== null)
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `${caller}: option "${key}" must be ${problem}, found ${describe(value)}.`,
      );
  }
}

function describe(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
