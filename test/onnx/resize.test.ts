/** Resize and Upsample. Expected values are those of the examples in the ONNX operator documentation. */
import type { OnnxAttribute, OnnxTensor } from "../../src/onnx/model.ts";
import { suite } from "../shim.ts";
import { type Case, count, f, i, table } from "./folded.ts";

const test = suite("onnx resize");

const square = f([1, 1, 4, 4], count(16));
const string = (value: string): OnnxAttribute => ({ string: value });
const mode = (name: string, coordinates = "half_pixel") => ({
  mode: string(name),
  coordinate_transformation_mode: string(coordinates),
});

/** X, roi, scales, sizes of a Resize on [1, 1, H, W]. */
const resize = (
  x: OnnxTensor,
  target: { scales?: [number, number]; sizes?: [number, number]; roi?: number[] },
  attributes: Record<string, OnnxAttribute>,
  dims: [number, number],
  expected: number[],
): Case => ({
  op: "Resize",
  opset: 19,
  inputs: [
    x,
    target.roi ? f([8], target.roi) : null,
    target.scales ? f([4], [1, 1, ...target.scales]) : null,
    target.sizes ? i(1, 1, ...target.sizes) : null,
  ],
  attributes,
  dims: [1, 1, ...dims],
  expected,
});

table(test, "resize, linear and cubic", [
  resize(
    f([1, 1, 2, 2], count(4)),
    { scales: [2, 2] },
    mode("linear"),
    [4, 4],
    [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4],
  ),
  resize(
    f([1, 1, 2, 2], count(4)),
    { scales: [2, 2] },
    mode("linear", "align_corners"),
    [4, 4],
    [1, 4 / 3, 5 / 3, 2, 5 / 3, 2, 7 / 3, 8 / 3, 7 / 3, 8 / 3, 3, 10 / 3, 3, 10 / 3, 11 / 3, 4],
  ),
  resize(f([1, 1, 2, 4], count(8)), { scales: [0.6, 0.6] }, mode("linear"), [1, 2], [2.6666665, 4.3333331]),
  resize(square, { sizes: [3, 1] }, mode("linear", "pytorch_half_pixel"), [3, 1], [1.6666666, 7, 12.333333]),
  resize(
    square,
    { scales: [0.8, 0.8] },
    mode("cubic"),
    [3, 3],
    [
      1.47119141, 2.78125, 4.08251953, 6.71142578, 8.02148438, 9.32275391, 11.91650391, 13.2265625,
      14.52783203,
    ],
  ),
  resize(
    square,
    { scales: [0.6, 0.6] },
    { ...mode("linear"), antialias: { int: 1 } },
    [2, 2],
    [2.875, 4.5, 9.375, 11],
  ),
  resize(
    square,
    { scales: [0.6, 0.6] },
    { ...mode("cubic"), antialias: { int: 1 } },
    [2, 2],
    [2.5180721, 4.2858863, 9.589329, 11.357142],
  ),
]);

/** The whole 8 x 8 result for 1 .. 16 in 4 rows, from its first row: the value is column(x) + 4 * (column(y) - 1). */
function separable(firstRow: number[]): number[] {
  const start = (firstRow[0]! + 4) / 5;
  const column = firstRow.map((value) => value - 4 * (start - 1));
  return column.flatMap((y) => column.map((x) => x + 4 * (y - 1)));
}

table(test, "resize, cubic, doubled", [
  resize(
    square,
    { scales: [2, 2] },
    mode("cubic"),
    [8, 8],
    separable([0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375]),
  ),
  resize(
    square,
    { scales: [2, 2] },
    { ...mode("cubic"), cubic_coeff_a: { float: -0.5 }, exclude_outside: { int: 1 } },
    [8, 8],
    separable([
      0.55882353, 0.81494204, 1.35698249, 1.89705882, 2.39705882, 2.93713516, 3.47917561, 3.73529412,
    ]),
  ),
]);

table(test, "resize, nearest and crop", [
  resize(f([1, 1, 2, 4], count(8)), { sizes: [1, 3] }, mode("nearest"), [1, 3], [1, 2, 4]),
  resize(
    f([1, 1, 1, 4], count(4)),
    { sizes: [1, 8] },
    { ...mode("nearest", "asymmetric"), nearest_mode: string("round_prefer_ceil") },
    [1, 8],
    [1, 2, 2, 3, 3, 4, 4, 4],
  ),
  resize(
    square,
    { sizes: [3, 3], roi: [0, 0, 0.4, 0.6, 1, 1, 0.6, 0.8] },
    mode("linear", "tf_crop_and_resize"),
    [3, 3],
    [7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6],
  ),
  resize(
    square,
    { sizes: [3, 3], roi: [0, 0, 0.4, 0.6, 1, 1, 1.2, 1.7] },
    { ...mode("linear", "tf_crop_and_resize"), extrapolation_value: { float: 10 } },
    [3, 3],
    [7.6, 10, 10, 12.4, 10, 10, 10, 10, 10],
  ),
  {
    op: "Upsample",
    opset: 7,
    inputs: [f([1, 1, 1, 2], [1, 2])],
    attributes: { scales: { floats: [1, 1, 2, 2] } },
    dims: [1, 1, 2, 4],
    expected: [1, 1, 2, 2, 1, 1, 2, 2],
  },
  {
    op: "Upsample",
    opset: 9,
    inputs: [f([1, 1, 1, 2], [1, 2]), f([4], [1, 1, 1, 2])],
    attributes: { mode: string("linear") },
    dims: [1, 1, 1, 4],
    expected: [1, 1.5, 2, 2],
  },
  {
    op: "Resize",
    opset: 10,
    inputs: [f([1, 1, 1, 2], [1, 2]), f([4], [1, 1, 1, 1.5])],
    dims: [1, 1, 1, 3],
    expected: [1, 1, 2],
  },
]);

test.run();
