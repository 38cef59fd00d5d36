/** Probabilities of the members to the one that is compared with the threshold. */

/** 1 / (1 + exp(-x)) without overflow on either side. */
export function sigmoid(logit: number): number {
  if (logit >= 0) return 1 / (1 + Math.exp(-logit));
  const e = Math.exp(logit);
  return e / (1 + e);
}

/** log(p / (1 - p)) for p in (0, 1). */
export const logit = (probability: number): number => Math.log(probability / (1 - probability));

/**
 * The reference's ensemble: each probability clipped to [clip, 1 - clip], logits averaged, sigmoid of the mean.
 * One member passes through unchanged.
 */
export function meanLogit(probabilities: readonly number[], clip: number): number {
  if (probabilities.length === 1) return probabilities[0];
  const logits = probabilities.map((p) => logit(Math.min(Math.max(p, clip), 1 - clip)));
  return sigmoid(logits.reduce((a, b) => a + b, 0) / logits.length);
}
