/** What moves values: concat, slice, transpose, reshape, expand, pad, gather, resample. */
import type { PadNode } from "../../src/graph/graph.ts";
import { type OpCase, plain } from "./op-case.ts";

const concat = (
  [
    [
      1,
      [
        [2, 3, 5, 7],
        [2, 4, 5, 7],
        [2, 1, 5, 7],
      ],
    ],
    [0, [[3], [1]]],
    [
      2,
      [
        [1, 2, 3],
        [1, 2, 17],
      ],
    ],
    [
      3,
      [
        [1, 2, 3, 4],
        [1, 2, 3, 5],
      ],
    ],
  ] as const
).map(
  ([axis, shapes]): OpCase => ({
    op: "concat",
    title: `${shapes.map((dims) => dims.join("x")).join(" and ")} along ${axis}`,
    feeds: shapes.map((dims) => ({ dims })),
    build: (s, inputs) => s.builder.add("concat", { inputs: [...inputs], axis }),
  }),
);
const slice = (
  [
    [[7], [2], [1], [3]],
    [
      [3, 17],
      [2, 1],
      [-1, 5],
      [3, 4],
    ],
    [
      [2, 9, 5, 7],
      [0, 1, 4, 0],
      [1, 2, -2, 3],
      [2, 4, 3, 3],
    ],
  ] as const
).map(
  ([dims, starts, steps, to]): OpCase => ({
    op: "slice",
    title: `${dims.join("x")} from ${starts} by ${steps}`,
    feeds: plain(...dims),
    build: (s, [x]) =>
      s.builder.add("slice", { inputs: [x!], starts: [...starts], steps: [...steps], dims: to }),
  }),
);
const transpose = [[0], [1, 0], [2, 0, 1], [0, 2, 3, 1], [0, 3, 1, 2], [3, 1, 0, 2], [4, 1, 3, 0, 2]].map(
  (perm): OpCase => ({
    op: "transpose",
    title: `by ${perm}`,
    feeds: plain(...[3, 17, 5, 7, 2].slice(0, perm.length)),
    build: (s, [x]) => [s.transpose(x!, perm)],
  }),
);
const reshape: OpCase = {
  op: "reshape",
  title: "a map after a convolution to a matrix",
  feeds: plain(3, 4, 5, 7),
  tolerance: { relative: 5e-6 },
  build: (s, [x]) => [s.reshape(s.conv(x!, 6), [3, 210])],
};
const expand = (
  [
    [[1], [7]],
    [
      [3, 1],
      [2, 3, 17],
    ],
    [
      [1, 5, 1, 1],
      [2, 5, 3, 4],
    ],
  ] as const
).map(
  ([dims, to]): OpCase => ({
    op: "expand",
    title: `${dims.join("x")} to ${to.join("x")}`,
    feeds: plain(...dims),
    build: (s, [x]) => s.builder.add("expand", { inputs: [x!], dims: to }),
  }),
);
const MODES: readonly PadNode["mode"][] = ["constant", "reflect", "edge", "wrap"];
const pad = MODES.flatMap((mode) =>
  (
    [
      [[7], [2], [3]],
      [
        [3, 5],
        [1, 2],
        [2, 0],
      ],
      [
        [2, 3, 5, 7],
        [0, 0, 2, 1],
        [0, 0, 1, 3],
      ],
      [
        [2, 3, 6, 7],
        [0, 0, -1, 2],
        [0, 1, 1, -2],
      ],
    ] as const
  ).map(
    ([dims, before, after]): OpCase => ({
      op: `pad ${mode}`,
      title: `${dims.join("x")} by ${before} and ${after}`,
      feeds: plain(...dims),
      build: (s, [x]) =>
        s.builder.add("pad", { inputs: [x!], mode, before: [...before], after: [...after], value: 0.5 }),
    }),
  ),
);
const gather = (
  [
    [[7], 0, [3]],
    [[5, 3], 0, [2, 2]],
    [[2, 5, 7], 1, [4]],
    [[2, 3, 5], 2, []],
  ] as const
).flatMap(([dims, axis, indices]) =>
  (["i32", "i64"] as const).map(
    (dtype): OpCase => ({
      op: "gather",
      title: `${dims.join("x")} along ${axis}, ${dtype} indices [${indices}]`,
      feeds: [{ dims }, { dims: indices, dtype, range: [0, dims[axis]! - 1] }],
      build: (s, [x, at]) => s.builder.add("gather", { inputs: [x!, at!], axis }),
    }),
  ),
);
const resample = (
  [
    [[7], 0, 1],
    [[3, 5, 7], 1, 2],
    [[1, 3, 5, 7], 2, 2],
    [[2, 9, 5, 7], 3, 4],
    [[2, 4, 3], 0, 1],
  ] as const
).map(
  ([dims, axis, taps]): OpCase => ({
    op: "resample",
    title: `${dims.join("x")} along ${axis}, ${taps} taps`,
    feeds: plain(...dims),
    build: (s, [x]) => {
      const length = dims[axis]!;
      const indices = Int32Array.from({ length: 2 * length * taps }, (_, i) => (i * 3) % length);
      const weights = Float32Array.from(indices, (_, i) => 0.25 + (i % 3) / 4);
      return s.builder.add("resample", { inputs: [x!], axis, taps, indices, weights });
    },
  }),
);

export const CASES: readonly OpCase[] = [
  ...concat,
  ...slice,
  ...transpose,
  reshape,
  ...expand,
  ...pad,
  ...gather,
  ...resample,
];
