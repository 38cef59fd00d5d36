/** Softmax and normalisation along axes. */
import type { OpCase } from "./op-case.ts";

const SHAPES: readonly (readonly [number[], number])[] = [
  [[1], 0],
  [[3, 17], 1],
  [[3, 17], 0],
  [[2, 19, 5, 3], 1],
  [[2, 3, 5, 33], 3],
];

const softmax = [false, true].flatMap((log) =>
  SHAPES.map(
    ([dims, axis]): OpCase => ({
      op: log ? "softmax log" : "softmax",
      title: `${dims.join("x")} along ${axis}`,
      feeds: [{ dims, range: [-9, 9] }],
      tolerance: { relative: 2e-6, absolute: 1e-6 },
      build: (s, [x]) => s.builder.add("softmax", { inputs: [x!], axis, log }),
    }),
  ),
);
const normalize = (
  [
    [[3, 17], 1],
    [[2, 19, 5, 3], 1],
    [[2, 3, 5, 33], 3],
    [[3, 4, 7], 1],
  ] as const
).flatMap(([dims, axis]) =>
  ([1, 3] as const).map(
    (outputCount): OpCase => ({
      op: "normalize",
      title: `${dims.join("x")} from ${axis}, ${outputCount} outputs`,
      feeds: [{ dims, range: [-2, 3] }],
      tolerance: { relative: 5e-6, absolute: 1e-6 },
      build: (s, [x]) => {
        const own = dims.slice(axis);
        const inputs = [x!, s.constant(own, 1.5), outputCount === 3 ? null : s.constant(own)] as const;
        return s.builder.add("normalize", { inputs: [...inputs], axis, epsilon: 1e-5, outputCount });
      },
    }),
  ),
);

export const CASES: readonly OpCase[] = [...softmax, ...normalize];
