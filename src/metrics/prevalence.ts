/** What a positive or negative answer means where the disease is as frequent as this. */
import { checkRange } from "./check.ts";

export interface PredictiveValues {
  /** Share of the examined who are positive, 0..1. */
  readonly prevalence: number;
  /** Probability that a picture called positive is; null where nothing is ever called positive. */
  readonly ppv: number | null;
  /** Probability that a picture called negative is; null where nothing is ever called negative. */
  readonly npv: number | null;
}

/** From screening of the healthy to a spine clinic. */
export const PREVALENCES: readonly number[] = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

/**
 * Bayes' rule with fixed sensitivity and specificity, all in 0..1.
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function predictiveValues(
  sensitivity: number,
  specificity: number,
  prevalences: readonly number[] = PREVALENCES,
): PredictiveValues[] {
  checkRange("predictiveValues", "sensitivity", sensitivity, 0, 1);
  checkRange("predictiveValues", "specificity", specificity, 0, 1);
  return prevalences.map((prevalence) => {
    checkRange("predictiveValues", "prevalence", prevalence, 0, 1);
    const tp = sensitivity * prevalence;
    const fp = (1 - specificity) * (1 - prevalence);
    const tn = specificity * (1 - prevalence);
    const fn = (1 - sensitivity) * prevalence;
    return {
      prevalence,
      ppv: tp + fp === 0 ? null : tp / (tp + fp),
      npv: tn + fn === 0 ? null : tn / (tn + fn),
    };
  });
}
