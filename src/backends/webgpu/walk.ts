/** Strided walks of several operands over the same dims. */

export interface Walk {
  readonly rank: number;
  /** At least one dim. */
  readonly dims: readonly number[];
  /** Per operand. */
  readonly strides: readonly (readonly number[])[];
  readonly count: number;
}

/** Without dims of 1, and with neighbours joined where every operand steps alike. */
export function makeWalk(dims: readonly number[], strides: readonly (readonly number[])[]): Walk {
  const own: number[] = [];
  const steps = strides.map((): number[] => []);
  dims.forEach((dim, d) => {
    if (dim === 1) return;
    const last = own.length - 1;
    if (last >= 0 && strides.every((stride, i) => steps[i]![last] === stride[d]! * dim)) {
      own[last] = own[last]! * dim;
      strides.forEach((stride, i) => {
        steps[i]![last] = stride[d]!;
      });
    } else {
      own.push(dim);
      strides.forEach((stride, i) => {
        steps[i]!.push(stride[d]!);
      });
    }
  });
  if (own.length === 0) {
    own.push(1);
    for (const step of steps) step.push(0);
  }
  return { rank: own.length, dims: own, strides: steps, count: dims.reduce((a, b) => a * b, 1) };
}
