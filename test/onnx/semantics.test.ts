/** Operators in the opsets that define them differently, with results worked out by hand. */

import { suite } from "../shim.ts";
import { count, f, i, scalar, table } from "./folded.ts";
import { int64s } from "./models.ts";

const test = suite("onnx semantics");

table(test, "broadcasting by attribute before opset 7", [
  {
    op: "Add",
    opset: 6,
    inputs: [f([2, 3], count(6)), f([2], [10, 20])],
    attributes: { broadcast: { int: 1 }, axis: { int: 0 } },
    dims: [2, 3],
    expected: [11, 12, 13, 24, 25, 26],
  },
  {
    op: "Sub",
    opset: 6,
    inputs: [f([2, 2], count(4)), f([2], [1, 2])],
    attributes: { broadcast: { int: 1 } },
    dims: [2, 2],
    expected: [0, 0, 2, 2],
  },
  {
    op: "PRelu",
    opset: 6,
    inputs: [f([1, 2, 2], [-1, 1, -1, 1]), f([2], [2, 3])],
    dims: [1, 2, 2],
    expected: [-2, 1, -3, 1],
  },
  {
    op: "PRelu",
    opset: 16,
    inputs: [f([1, 2, 2], [-1, 1, 1, -1]), f([2], [2, 3])],
    dims: [1, 2, 2],
    expected: [-2, 1, 1, -3],
  },
]);

table(test, "arithmetic", [
  { op: "Pow", opset: 15, inputs: [f([3], [1, 2, 3]), i(2)], dims: [3], expected: [1, 4, 9] },
  { op: "Pow", opset: 15, inputs: [f([2], [2, 3]), i(3, 2)], dims: [2], expected: [8, 9] },
  { op: "Mod", opset: 13, inputs: [i(-4, 7, 5), i(3, -3, 8)], dims: [3], expected: [2, -2, 5] },
  {
    op: "Mod",
    opset: 13,
    inputs: [f([2], [-4.5, 5]), f([2], [3, 3])],
    attributes: { fmod: { int: 1 } },
    dims: [2],
    expected: [-1.5, 2],
  },
  { op: "Div", opset: 14, inputs: [i(-7, 7), i(2, 2)], dims: [2], expected: [-3, 3] },
  { op: "Mean", opset: 13, inputs: [scalar(1), scalar(2), scalar(6)], dims: [], expected: [3] },
  {
    op: "Clip",
    opset: 6,
    inputs: [f([3], [-9, 0, 9])],
    attributes: { min: { float: -1 }, max: { float: 2 } },
    dims: [3],
    expected: [-1, 0, 2],
  },
  { op: "Clip", opset: 12, inputs: [i(-9, 0, 9), int64s("", [-1], [])], dims: [3], expected: [-1, 0, 9] },
  { op: "Clip", opset: 13, inputs: [f([3], [-9, 0, 9]), null, scalar(2)], dims: [3], expected: [-9, 0, 2] },
  {
    op: "Swish",
    opset: 24,
    inputs: [f([1], [1])],
    attributes: { alpha: { float: 2 } },
    dims: [1],
    expected: [0.8807971],
  },
  {
    op: "Hardmax",
    opset: 13,
    inputs: [f([2, 3], [1, 3, 3, 5, 4, 5])],
    dims: [2, 3],
    expected: [0, 1, 0, 1, 0, 0],
  },
  {
    op: "Hardmax",
    opset: 11,
    inputs: [f([1, 2, 2], [1, 2, 4, 3])],
    attributes: { axis: { int: 1 } },
    dims: [1, 2, 2],
    expected: [0, 0, 1, 0],
  },
  { op: "Equal", opset: 13, inputs: [i(1, 2), i(1, 3)], dims: [2], expected: [1, 0] },
]);

table(test, "constants and casts", [
  {
    op: "Range",
    opset: 11,
    inputs: [int64s("", [10], []), int64s("", [4], []), int64s("", [-2], [])],
    dims: [3],
    expected: [10, 8, 6],
  },
  { op: "Range", opset: 11, inputs: [scalar(0), scalar(1), scalar(0.4)], dims: [3], expected: [0, 0.4, 0.8] },
  { op: "ConstantOfShape", opset: 9, inputs: [i(2, 1)], dims: [2, 1], expected: [0, 0] },
  {
    op: "Constant",
    opset: 13,
    inputs: [],
    attributes: { value_ints: { ints: [1, -2] } },
    dims: [2],
    expected: [1, -2],
  },
  {
    op: "Cast",
    opset: 13,
    inputs: [{ name: "", type: "float16", dims: [4], data: Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00) }],
    attributes: { to: { int: 1 } },
    dims: [4],
    expected: [1, -2.5, 2 ** -24, Number.POSITIVE_INFINITY],
  },
  {
    op: "Cast",
    opset: 13,
    inputs: [{ name: "", type: "bfloat16", dims: [1], data: Uint16Array.of(0xc040) }],
    attributes: { to: { int: 7 } },
    dims: [1],
    expected: [-3],
  },
  {
    op: "Cast",
    opset: 13,
    inputs: [f([3], [-1.9, 0, 2.9])],
    attributes: { to: { int: 6 } },
    dims: [3],
    expected: [-1, 0, 2],
  },
  {
    op: "Cast",
    opset: 13,
    inputs: [f([2], [0.5, 0])],
    attributes: { to: { int: 9 } },
    dims: [2],
    expected: [1, 0],
  },
  {
    op: "Shape",
    opset: 15,
    inputs: [f([2, 0, 3], [])],
    attributes: { start: { int: -2 } },
    dims: [2],
    expected: [0, 3],
  },
  { op: "Size", opset: 13, inputs: [f([2, 3], count(6))], dims: [], expected: [6] },
]);

table(test, "movement", [
  {
    op: "Slice",
    opset: 13,
    inputs: [f([5], count(5)), i(-1), i(-(2 ** 53)), i(0), i(-2)],
    dims: [3],
    expected: [5, 3, 1],
  },
  {
    op: "Slice",
    opset: 9,
    inputs: [f([2, 3], count(6))],
    attributes: { axes: { ints: [1] }, starts: { ints: [1] }, ends: { ints: [2n ** 63n - 1n] } },
    dims: [2, 2],
    expected: [2, 3, 5, 6],
  },
  { op: "Slice", opset: 13, inputs: [f([3], count(3)), i(0), i(2), i(0), i(-1)], dims: [0], expected: [] },
  {
    op: "Split",
    opset: 18,
    inputs: [f([3], count(3))],
    attributes: { num_outputs: { int: 1 } },
    dims: [3],
    expected: [1, 2, 3],
  },
  {
    op: "Pad",
    opset: 19,
    inputs: [f([3], count(3)), i(2, 1)],
    attributes: { mode: { string: "wrap" } },
    dims: [6],
    expected: [2, 3, 1, 2, 3, 1],
  },
  { op: "Pad", opset: 13, inputs: [f([3], count(3)), i(-1, 1), scalar(9)], dims: [3], expected: [2, 3, 9] },
  {
    op: "Tile",
    opset: 13,
    inputs: [f([1, 2], [1, 2]), i(2, 2)],
    dims: [2, 4],
    expected: [1, 2, 1, 2, 1, 2, 1, 2],
  },
  { op: "Expand", opset: 13, inputs: [f([2, 1], [1, 2]), i(2)], dims: [2, 2], expected: [1, 1, 2, 2] },
  { op: "Squeeze", opset: 11, inputs: [f([1, 2, 1], [1, 2])], dims: [2], expected: [1, 2] },
  {
    op: "Unsqueeze",
    opset: 11,
    inputs: [f([2], [1, 2])],
    attributes: { axes: { ints: [-1, 0] } },
    dims: [1, 2, 1],
    expected: [1, 2],
  },
  {
    op: "Reshape",
    opset: 14,
    inputs: [f([2, 3], count(6)), i(0, -1, 1)],
    dims: [2, 3, 1],
    expected: count(6),
  },
  {
    op: "DepthToSpace",
    opset: 1,
    inputs: [f([1, 4, 1, 1], count(4))],
    attributes: { blocksize: { int: 2 } },
    dims: [1, 1, 2, 2],
    expected: count(4),
  },
]);

table(test, "reductions", [
  {
    op: "ReduceSum",
    opset: 11,
    inputs: [f([2, 2], count(4))],
    attributes: { axes: { ints: [-1] }, keepdims: { int: 0 } },
    dims: [2],
    expected: [3, 7],
  },
  { op: "ReduceSum", opset: 13, inputs: [f([2, 2], count(4)), i(0)], dims: [1, 2], expected: [4, 6] },
  { op: "ReduceMax", opset: 13, inputs: [i(3, -5, 1)], dims: [1], expected: [3] },
  {
    op: "ReduceMean",
    opset: 18,
    inputs: [f([2], [1, 2])],
    attributes: { noop_with_empty_axes: { int: 1 } },
    dims: [2],
    expected: [1, 2],
  },
  { op: "ReduceL1", opset: 18, inputs: [f([2], [-3, 4])], dims: [1], expected: [7] },
  { op: "ReduceL2", opset: 18, inputs: [f([2], [-3, 4])], dims: [1], expected: [5] },
  {
    op: "ReduceLogSumExp",
    opset: 18,
    inputs: [f([2], [1000, 1000])],
    dims: [1],
    expected: [1000 + Math.LN2],
  },
  { op: "ReduceProd", opset: 13, inputs: [f([3], [2, 3, 4])], dims: [1], expected: [24] },
  {
    op: "GlobalLpPool",
    opset: 2,
    inputs: [f([1, 1, 2], [1, -2])],
    attributes: { p: { int: 3 } },
    dims: [1, 1, 1],
    expected: [9 ** (1 / 3)],
  },
  {
    op: "ArgMin",
    opset: 13,
    inputs: [f([3], [2, 1, 1])],
    attributes: { select_last_index: { int: 1 } },
    dims: [1],
    expected: [2],
  },
]);

test.run();
