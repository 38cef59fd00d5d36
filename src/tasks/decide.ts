/** Joins both halves by the decision rule. */
import type { Abnormality, Finding } from "../api/results.ts";
import { applyDecisionRule } from "../metrics/decision-rule.ts";
import type { Thresholds } from "../package/manifest.ts";

/** Without a classifier the rule has nothing to say: all findings stay. */
export function decide(
  found: readonly Finding[],
  abnormal: Abnormality | null,
  thresholds: Thresholds,
): { findings: readonly Finding[]; suppressed: readonly Finding[] } {
  if (abnormal === null) return { findings: found, suppressed: [] };
  const { probability, threshold } = abnormal;
  const findings = applyDecisionRule(found, probability, threshold, thresholds.findingWhenNormal);
  const kept = new Set(findings);
  return { findings, suppressed: found.filter((finding) => !kept.has(finding)) };
}
