/** Every operator case, as written and optimised, against the float64 reference. Runs in Node and in pages. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import { FAMILIES } from "../ops/all-cases.ts";
import { makeCase, problemsOf } from "../ops/check-case.ts";

export interface OpCaseResults {
  readonly device: string;
  readonly count: number;
  /** A line for each that differs or fails. */
  readonly found: readonly string[];
}

/** A share of the largest value: of f32 as WebGPU allows its functions to err, and of halves. */
const TOLERANCE = { fp32: { relative: 1e-4, absolute: 1e-6 }, fp16: { relative: 2e-2, absolute: 1e-3 } };

export async function checkOpCases(
  instance: BackendInstance,
  precision: keyof typeof TOLERANCE,
  seed: number,
): Promise<OpCaseResults> {
  const found: string[] = [];
  let count = 0;
  for (const entry of Object.values(FAMILIES).flat()) {
    try {
      const made = makeCase(entry, seed + count, instance.plans);
      found.push(...(await problemsOf(made, instance, TOLERANCE[precision])));
    } catch (error) {
      found.push(`${entry.op}, ${entry.title}: ${(error as Error).message}`);
    }
    count++;
  }
  return { device: instance.device, count, found };
}
