/** Lists of detections that need not be in the same order. */
export interface Detections {
  readonly boxes: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly classes: ArrayLike<number>;
}

/** The share of `some` for which `others` has a detection of its own with that class, near in score and corners. */
export function partnered(some: Detections, others: Detections, tolerance: number): number {
  const free = new Set(Array.from({ length: others.scores.length }, (_, i) => i));
  let count = 0;
  for (let i = 0; i < some.scores.length; i++) {
    const corner = (k: number): number => some.boxes[4 * i + k]!;
    const side = Math.max(1, corner(2) - corner(0), corner(3) - corner(1));
    const near = (j: number): boolean =>
      some.classes[i] === others.classes[j] &&
      Math.abs(others.scores[j]! - some.scores[i]!) <= tolerance &&
      [0, 1, 2, 3].every((k) => Math.abs(others.boxes[4 * j + k]! - corner(k)) <= 2 * tolerance * side);
    const partner = [...free].find(near);
    if (partner === undefined) continue;
    free.delete(partner);
    count++;
  }
  return some.scores.length === 0 ? 1 : count / some.scores.length;
}
