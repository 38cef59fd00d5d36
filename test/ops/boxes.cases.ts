/** The detector's operators: anchors, decodeBoxes, clipBoxes, multiLevelRoiAlign, classAwareNms. */
import type { Value } from "../../src/graph/graph.ts";
import type { Sketch } from "../support/build.ts";
import type { Feed, OpCase } from "./op-case.ts";

const COUNTS = [0, 1, 3, 7, 61] as const;

/** n boxes: places and sides as two inputs, joined to corners of at least one pixel. */
const corners = (n: number, reach: number, most: number): Feed[] => [
  { dims: [n, 2], range: [0, reach] },
  { dims: [n, 2], range: [1, most] },
];
const boxesOf = ({ builder }: Sketch, place: Value, side: Value): Value => {
  const [far] = builder.add("binary", { inputs: [place, side], op: "add" });
  return builder.add("concat", { inputs: [place, far!], axis: 1 })[0]!;
};

const anchors = (
  [
    [0, 5, 1],
    [1, 1, 1],
    [3, 7, 9],
    [29, 17, 3],
  ] as const
).flatMap(([height, width, count]) =>
  [0, 0.5].map(
    (offset): OpCase => ({
      op: "anchors",
      title: `${count} on ${height} x ${width}, offset ${offset}`,
      feeds: [{ dims: [count, 2], range: [4, 400] }],
      build: (s, [shapes]) =>
        s.builder.add("anchors", { inputs: [shapes!], height, width, stride: 16, offset }),
    }),
  ),
);

const decode = COUNTS.flatMap((n) =>
  [1, 5].map(
    (groups): OpCase => ({
      op: "decodeBoxes",
      title: `${n} boxes, ${groups} groups`,
      feeds: [...corners(n, 800, 400), { dims: [n, 4 * groups], range: [-9, 9] }],
      build: (s, [place, side, deltas]) =>
        s.builder.add("decodeBoxes", {
          inputs: [boxesOf(s, place!, side!), deltas!],
          weights: [10, 10, 5, 4],
          scaleClamp: Math.log(1000 / 16),
        }),
    }),
  ),
);

const clip = COUNTS.flatMap((n) =>
  [1, 3].map(
    (groups): OpCase => ({
      op: "clipBoxes",
      title: `${n} boxes of ${groups} groups`,
      feeds: [
        { dims: [n, 4 * groups], range: [-100, 200] },
        { dims: [2], range: [30, 150] },
      ],
      tolerance: {},
      build: (s, [boxes, size]) => s.builder.add("clipBoxes", { inputs: [boxes!, size!] }),
    }),
  ),
);

const roiAlign = COUNTS.flatMap((n) =>
  [1, 4].flatMap((levels) =>
    (
      [
        [1, 0, true, 7, 7],
        [5, 2, true, 3, 5],
        [64, 2, false, 2, 1],
      ] as const
    ).map(
      ([channels, samplingRatio, aligned, height, width]): OpCase => ({
        op: "multiLevelRoiAlign",
        title: `${n} boxes on ${levels} maps of ${channels} channels, sampling ratio ${samplingRatio}`,
        feeds: [
          // Sides from 1 to 400 reach all four levels, and those beyond them.
          ...corners(n, 150, 400),
          ...Array.from({ length: levels }, (_, l) => ({ dims: [1, channels, 40 >> l, (37 >> l) + 1] })),
        ],
        // Corners of samples are found in f32: an error of 1e-6 of a pixel moves a value by that share.
        tolerance: { relative: 3e-5 },
        build: (s, [place, side, ...maps]) =>
          s.builder.add("multiLevelRoiAlign", {
            inputs: [boxesOf(s, place!, side!), ...maps],
            scales: maps.map((_, l) => 2 ** -(l + 2)),
            outputSize: [height, width],
            samplingRatio,
            aligned,
            lowestLevel: 2,
            canonicalSize: 100,
            canonicalLevel: 4,
          }),
      }),
    ),
  ),
);

const afterAndInto: OpCase = {
  op: "multiLevelRoiAlign",
  title: "on slices of a wider map, into a slice of a wider result",
  feeds: [...corners(7, 20, 20), { dims: [1, 6, 12, 11] }],
  tolerance: { relative: 3e-5 },
  build: (s, [place, side, x]) => {
    const both = s.concat([s.conv(x!, 5), s.conv(x!, 3)]);
    const spec = { scales: [0.5], outputSize: [3, 3] as [number, number], samplingRatio: 2, aligned: true };
    const levels = { lowestLevel: 2, canonicalSize: 224, canonicalLevel: 4 };
    const pooled = [0, 5].map((start) => {
      const [part] = s.builder.add("slice", {
        inputs: [both],
        starts: [0, start, 0, 0],
        steps: [1, 1, 1, 1],
        dims: [1, 3, 12, 11],
      });
      const inputs: [Value, Value] = [boxesOf(s, place!, side!), part!];
      return s.builder.add("multiLevelRoiAlign", { inputs, ...spec, ...levels })[0]!;
    });
    return [s.concat(pooled)];
  },
};

const nms = COUNTS.flatMap((n) =>
  [1, 4].flatMap((classes) =>
    (
      [
        [Number.NEGATIVE_INFINITY, 5],
        [0.325, 1000],
      ] as const
    ).map(
      ([scoreThreshold, maxKept]): OpCase => ({
        op: "classAwareNms",
        title: `${n} boxes of ${classes} classes above ${scoreThreshold}, at most ${maxKept}`,
        feeds: [
          ...corners(n, 12, 20),
          // Whole numbers, so that scores tie.
          { dims: [n], dtype: "i32", range: [0, 20] },
          { dims: [n], dtype: "i64", range: [0, classes - 1] },
        ],
        build: (s, [place, side, whole, labels]) => {
          const boxes = boxesOf(s, place!, side!);
          const [numbers] = s.builder.add("cast", { inputs: [whole!], dtype: "f32" });
          const twentieth = s.builder.constant("twentieth", Float32Array.of(1 / 20), []);
          const [scores] = s.builder.add("binary", { inputs: [numbers!, twentieth], op: "mul" });
          const [kept, keptScores] = s.builder.add("classAwareNms", {
            inputs: [boxes, scores!, labels!],
            iouThreshold: 0.4,
            scoreThreshold,
            maxKept,
          });
          // Rows picked by what is counted are counted, and are there for later steps where the count ends.
          const [picked] = s.builder.add("gather", { inputs: [boxes, kept!], axis: 0 });
          const shaped = s.reshape(picked!, [picked!.dims[0]!, 2, 2]);
          const later = s.relu(picked!);
          return [kept!, keptScores!, picked!, shaped, later];
        },
      }),
    ),
  ),
);

export const CASES: readonly OpCase[] = [...anchors, ...decode, ...clip, ...roiAlign, afterAndInto, ...nms];
