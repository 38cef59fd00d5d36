/** Joins both halves by the decision rule. */
import type { Abnormality, Finding } from "../api/results.ts";
import { applyDecisionRule, atOperatingPoints } from "../metrics/decision-rule.ts";
import type { Thresholds } from "../package/manifest.ts";

/**
 * What is reported and what is suppressed, both in the order given: the package's operating points of the detector first,
 * then the reference's decision rule. Without a classifier the rule has nothing to say.
 */
export function decide(
  found: readonly Finding[],
  abnormal: Abnormality | null,
  thresholds: Thresholds,
): { findings: readonly Finding[]; suppressed: readonly Finding[] } {
  const sure = atOperatingPoints(found, thresholds.finding);
  const findings =
    abnormal === null
      ? sure
      : applyDecisionRule(sure, abnormal.probability, abnormal.threshold, thresholds.findingWhenNormal);
  const kept = new Set(findings);
  return { findings, suppressed: found.filter((finding) => !kept.has(finding)) };
}
