/** The operator cases on a GPU, as written and optimised, against the float64 reference. */
import { FAMILIES } from "../../ops/all-cases.ts";
import { makeCase, problemsOf } from "../../ops/check-case.ts";
import type { Check } from "./report.ts";
import { type Variant, withCuda } from "./variants.ts";

/** Families whose arithmetic the options allowTf32 and deterministic change. */
export const PRODUCTS = ["convolution", "matrix product"];

export interface Selection {
  readonly seed: number;
  /** Default: all. */
  readonly families?: readonly string[];
  /** Every n-th case alone. Default 1. */
  readonly every?: number;
}

/** A check for each family. */
export function checkOps(
  check: Check,
  variant: Variant,
  { seed, families, every = 1 }: Selection,
): Promise<void> {
  return withCuda(variant, async (instance) => {
    for (const [family, cases] of Object.entries(FAMILIES)) {
      if (families !== undefined && !families.includes(family)) continue;
      await check(`${family}, ${variant.label}`, async () => {
        const problems: string[] = [];
        const chosen = cases.filter((_, i) => i % every === 0);
        for (const entry of chosen) {
          try {
            const made = makeCase(entry, seed + cases.indexOf(entry), instance.plans);
            const relative = Math.max(variant.tolerance, entry.tolerance?.relative ?? 0);
            problems.push(...(await problemsOf(made, instance, { relative, absolute: 1e-6 })));
          } catch (error) {
            problems.push(`${entry.op}, ${entry.title}: ${(error as Error).message}`);
          }
        }
        if (problems.length > 0)
          throw new Error(
            `${problems.length} problems, seed ${seed}\n    ${problems.slice(0, 20).join("\n    ")}`,
          );
        return `${chosen.length} cases`;
      });
    }
  });
}
