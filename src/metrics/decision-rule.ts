/** How VinDr-SpineXR joins its classifier and its detector. */
import type { Finding } from "../api/results.ts";
import { checkRange } from "./check.ts";

/** On pictures that the classifier calls normal, boxes below this score are dropped. */
export const KEEP_THRESHOLD = 0.5;

/**
 * probability >= abnormalThreshold: all findings stay. Below it: those with score >= keepThreshold stay.
 *
 * @param probability that the picture is abnormal, 0..1
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function applyDecisionRule<F extends Pick<Finding, "score">>(
  findings: readonly F[],
  probability: number,
  abnormalThreshold: number,
  keepThreshold = KEEP_THRESHOLD,
): readonly F[] {
  checkRange("applyDecisionRule", "probability", probability, 0, 1);
  checkRange("applyDecisionRule", "abnormalThreshold", abnormalThreshold, 0, Number.POSITIVE_INFINITY);
  checkRange("applyDecisionRule", "keepThreshold", keepThreshold, 0, 1);
  return probability >= abnormalThreshold ? findings : findings.filter(({ score }) => score >= keepThreshold);
}

/** Findings whose score reaches the least of their label; labels without one keep all. */
export function atOperatingPoints<F extends Pick<Finding, "label" | "score">>(
  findings: readonly F[],
  least: Readonly<Record<string, number>> = {},
): readonly F[] {
  const points = new Map(Object.entries(least));
  return findings.filter(({ label, score }) => score >= (points.get(label) ?? 0));
}
