/** Compares a state dict with what an architecture needs, and names every difference at once. */
import { invalidCheckpoint, quote } from "../checkpoint/errors.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";

/** Tensor name to dims. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

const SHOWN = 8;

/**
 * @param ignored names that may be present and are not used
 * @throws SpineXRError INVALID_CHECKPOINT listing missing and unexpected names and shapes that differ
 */
export function checkTensors(
  state: StateDict,
  expected: ExpectedTensors,
  arch: string,
  ignored: (name: string) => boolean,
): void {
  const missing = [...expected.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !expected.has(name) && !ignored(name));
  const mismatched: string[] = [];
  for (const [name, dims] of expected) {
    const found = state.get(name)?.dims;
    // A width that was read from a missing tensor is 0: then the missing name is the whole story.
    if (found === undefined || (missing.length > 0 && dims.includes(0))) continue;
    if (found.includes(0)) mismatched.push(`${quote(name)} is [${found.join(", ")}], which is empty`);
    else if (found.join() !== dims.join()) {
      mismatched.push(`${quote(name)} is [${found.join(", ")}], expected [${dims.join(", ")}]`);
    }
  }
  const problems = [
    list("missing", missing.map(quote)),
    list("unexpected", unexpected.map(quote)),
    list("of another shape", mismatched),
  ].filter((text) => text !== "");
  if (problems.length > 0) {
    invalidCheckpoint(`The checkpoint's tensors do not fit ${arch}. ${problems.join(" ")}`);
  }
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const more = items.length > SHOWN ? `, and ${items.length - SHOWN} more` : "";
  return `${items.length} ${title}: ${items.slice(0, SHOWN).join(", ")}${more}.`;
}
