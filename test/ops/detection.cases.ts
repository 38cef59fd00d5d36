/** Selection: topK, nms, roiAlign. */
import type { OpCase } from "./op-case.ts";

const topK = (
  [
    [[1], 0, 1],
    [[3, 17], 1, 5],
    [[17, 3], 0, 17],
    [[2, 5, 7], 1, 2],
    // More than the step holds at a time: some are dropped on the way.
    [[20000], 0, 100],
    [[2, 3001], 1, 3000],
  ] as const
).flatMap(([dims, axis, k]) =>
  [true, false].flatMap((largest) =>
    [true, false].map(
      (ties): OpCase => ({
        op: "topK",
        title: `${k} ${largest ? "largest" : "smallest"} of ${dims.join("x")} along ${axis}${ties ? ", with equals" : ""}`,
        feeds: [ties ? { dims, dtype: "i32", range: [0, 3] } : { dims }],
        build: (s, [x]) => {
          const from = ties ? s.builder.add("cast", { inputs: [x!], dtype: "f32" })[0]! : x!;
          return s.builder.add("topK", { inputs: [from], axis, k, largest, sorted: true });
        },
      }),
    ),
  ),
);
const nms = (
  [
    [1, 1, 1],
    [1, 1, 29],
    [3, 2, 17],
  ] as const
).flatMap(([batch, classes, n]) =>
  [true, false].map(
    (centerPointBox): OpCase => ({
      op: "nms",
      title: `${batch} pictures, ${classes} classes, ${n} boxes${centerPointBox ? " by centre" : ""}`,
      feeds: [
        { dims: [batch, n, 4], range: [0.2, 1] },
        { dims: [batch, classes, n], range: [0, 1] },
      ],
      build: (s, [boxes, scores]) =>
        s.builder.add("nms", {
          inputs: [boxes!, scores!],
          maxPerClass: 7,
          iouThreshold: 0.4,
          scoreThreshold: 0.3,
          centerPointBox,
        }),
    }),
  ),
);
const roiAlign = (["average", "max"] as const).flatMap((mode) =>
  [true, false].flatMap((aligned) =>
    (
      [
        [0, false],
        [2, false],
        [2, true],
      ] as const
    ).map(
      ([samplingRatio, swapped]): OpCase => ({
        op: `roiAlign ${mode}`,
        title: `${aligned ? "aligned" : "unaligned"}, sampling ratio ${samplingRatio}${swapped ? ", corners swapped" : ""}`,
        feeds: [
          { dims: [2, 19, 9, 7] },
          { dims: [5, 2], range: swapped ? [9, 20] : [-2, 10] },
          { dims: [5, 2], range: swapped ? [-2, 8] : [4, 20] },
          { dims: [5], dtype: "i64", range: [0, 1] },
        ],
        // Corners of samples are found in f32: an error of 1e-6 of a pixel moves a value by that share.
        tolerance: { relative: 2e-5 },
        build: (s, [x, from, to, batch]) => {
          const rois = s.builder.add("concat", { inputs: [from!, to!], axis: 1 })[0]!;
          return s.builder.add("roiAlign", {
            inputs: [x!, rois, batch!],
            mode,
            outputSize: [3, 5],
            samplingRatio,
            spatialScale: 0.5,
            aligned,
          });
        },
      }),
    ),
  ),
);

export const CASES: readonly OpCase[] = [...topK, ...nms, ...roiAlign];
