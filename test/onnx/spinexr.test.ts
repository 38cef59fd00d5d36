/** The operators of the domain ai.spinexr: hand-worked values through the float64 interpreter, and refusals. */
import { SpineXRError } from "../../src/api/errors.ts";
import { importGraph, parseModel } from "../../src/onnx/import.ts";
import type { OnnxAttribute, OnnxModel } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { int64s, model, node } from "./models.ts";

const test = suite("onnx ai.spinexr");

type Attributes = Record<string, OnnxAttribute>;
interface Input {
  readonly dims: readonly number[];
  readonly data?: readonly number[];
}
const f = (dims: readonly number[], ...data: number[]): Input => ({ dims, data });
const empty = (...dims: number[]): Input => ({ dims });

/** One operator whose f32 inputs arrive at run time; classes of ClassAwareNms are an initializer. */
function modelOf(
  op: string,
  inputs: readonly Input[],
  attributes: Attributes,
  opset: number | null,
): OnnxModel {
  const names = inputs.map((_, i) => `i${i}`);
  const outputs = op === "ClassAwareNms" ? "y z" : "y";
  const isClasses = (i: number) => op === "ClassAwareNms" && i === 2;
  const made = model({
    nodes: [node(op, names.join(" "), outputs, attributes, { domain: "ai.spinexr", name: "head" })],
    inputs: Object.fromEntries(
      inputs.flatMap(({ dims }, i) => (isClasses(i) ? [] : [[names[i], ["float", [...dims]] as const]])),
    ),
    initializers: inputs.flatMap(({ data = [], dims }, i) =>
      isClasses(i) ? [int64s(names[i]!, data, [...dims])] : [],
    ),
  });
  return { ...made, opsets: opset === null ? made.opsets : { ...made.opsets, "ai.spinexr": opset } };
}

const imported = (op: string, inputs: readonly Input[], attributes: Attributes, opset: number | null = 1) => {
  const source = parseModel(writeModel(modelOf(op, inputs, attributes, opset)));
  const names = source.graph.inputs.map(({ name }) => name);
  const dims = names.map((name) => [name, { dims: inputs[Number(name.slice(1))]!.dims }]);
  return importGraph(source, { inputs: Object.fromEntries(dims) });
};

function run(op: string, inputs: readonly Input[], attributes: Attributes) {
  const data = inputs.map(({ data, dims }, i) => [
    `i${i}`,
    data ?? new Array(dims.reduce((a, b) => a * b, 1)).fill(0),
  ]);
  const results = interpret(imported(op, inputs, attributes), Object.fromEntries(data));
  return [...results.values()].map(({ dims, data }) => ({
    dims,
    data: Array.from(data as ArrayLike<number>, Number),
  }));
}

function near(found: readonly number[], expected: readonly number[]): void {
  assert.is(found.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) < 1e-5, `element ${i}: ${found[i]}, not ${value}`);
  });
}

function refuses(
  code: string,
  text: RegExp,
  op: string,
  inputs: readonly Input[],
  attributes: Attributes,
  opset: number | null = 1,
) {
  assert.throws(
    () => imported(op, inputs, attributes, opset),
    (error: unknown) => {
      assert.instance(error, SpineXRError);
      const { code: found, message } = error as SpineXRError;
      assert.is(found, code, message);
      assert.match(message, text);
      return true;
    },
  );
}

const floats = (...values: number[]): OnnxAttribute => ({ floats: values });
const float = (value: number): OnnxAttribute => ({ float: value });
const int = (value: number): OnnxAttribute => ({ int: value });
const ints = (...values: number[]): OnnxAttribute => ({ ints: values });

const ANCHORS = { shapes: floats(2, 4, 6, 8), stride: float(10), offset: float(0.5) };
const DECODE = { weights: floats(1, 1, 1, 1), scale_clamp: float(4) };
const ROI = { scales: floats(1, 0.5), output_size: ints(1, 1), sampling_ratio: int(2), lowest_level: int(2) };
const NMS = { iou_threshold: float(0.5), max_kept: int(2) };

test("Anchors: places row by row, shapes innermost", () => {
  const [y] = run("Anchors", [empty(1, 3, 1, 2)], ANCHORS);
  assert.equal(y!.dims, [4, 4]);
  assert.equal(y!.data, [4, 3, 6, 7, 2, 1, 8, 9, 14, 3, 16, 7, 12, 1, 18, 9]);
});

test("DecodeBoxes: one box, two groups of deltas", () => {
  const deltas = f([1, 8], 0.5, -0.25, 0, Math.log(2), 0, 0, 100, 0);
  const [y] = run("DecodeBoxes", [f([1, 4], 0, 0, 4, 8), deltas], {
    ...DECODE,
    scale_clamp: float(Math.log(3)),
  });
  assert.equal(y!.dims, [1, 8]);
  near(y!.data, [2, -6, 6, 10, -4, 0, 8, 8]);
});

test("ClipBoxes: the size is height, width; all boxes stay", () => {
  const [y] = run("ClipBoxes", [f([2, 4], -1, -1, 9, 9, 20, 20, 30, 30), f([2], 5, 7)], {});
  assert.equal(y, { dims: [2, 4], data: [0, 0, 7, 5, 7, 5, 7, 5] });
});

test("MultiLevelRoiAlign: small boxes from the fine map, large ones from the coarse one", () => {
  // Canonical size 8 at level 3: a box of side 2 is on level 1 (clamped to 2), one of side 8 on level 3.
  const coarse = f([1, 1, 4, 4], ...Array.from({ length: 16 }, (_, i) => 100 + i));
  const fine = f([1, 1, 8, 8], ...Array.from({ length: 64 }, (_, i) => i));
  const [y] = run("MultiLevelRoiAlign", [f([2, 4], 1, 1, 3, 3, 0, 0, 8, 8), fine, coarse], {
    ...ROI,
    canonical_size: float(8),
    canonical_level: int(3),
  });
  assert.equal(y!.dims, [2, 1, 1, 1]);
  // The mean of pixels (1, 1) .. (2, 2), and of the whole coarse map.
  near(y!.data, [(9 + 10 + 17 + 18) / 4, 107.5]);
});

test("ClassAwareNms: overlapping boxes of one class lose, those of another do not; at most max_kept", () => {
  const boxes = f([4, 4], 0, 0, 10, 10, 0, 0, 10, 9, 0, 0, 9, 10, 50, 50, 60, 60);
  const scores = f([4], 0.5, 0.75, 0.25, 0.125);
  const classes = f([4], 1, 1, 0, 0);
  const [kept, keptScores] = run("ClassAwareNms", [boxes, scores, classes], NMS);
  assert.equal(kept, { dims: [2], data: [1, 2] });
  assert.equal(keptScores, { dims: [2], data: [0.75, 0.25] });
  const high = { ...NMS, score_threshold: float(0.5) };
  assert.equal(run("ClassAwareNms", [boxes, scores, classes], high)[0], { dims: [1], data: [1] });
});

test("a domain without an opset, a later opset, unknown operators and domains are refused", () => {
  const map = [empty(1, 3, 1, 2)];
  refuses("UNSUPPORTED_OPERATOR", /Anchors \(ai\.spinexr\).*opsets 1 to 1/, "Anchors", map, ANCHORS, null);
  refuses("UNSUPPORTED_OPERATOR", /Anchors \(ai\.spinexr, opset 2\)/, "Anchors", map, ANCHORS, 2);
  refuses("UNSUPPORTED_OPERATOR", /Magic \(ai\.spinexr, opset 1\).*the operator is not/, "Magic", map, {});
  refuses("UNSUPPORTED_OPERATOR", /the operator is not implemented/, "Relu", map, {});
  const other = node("Anchors", "x", "y", {}, { domain: "com.example" });
  assert.throws(
    () => parseModel(writeModel(model({ nodes: [other], inputs: { x: ["float", [1]] } }))),
    /operators of this domain are not implemented/,
  );
});

test("attributes: unknown, missing, of another type, out of range", () => {
  const map = [empty(1, 3, 1, 2)];
  const pair = [empty(2, 4), empty(2, 8)];
  const maps = [empty(2, 4), empty(1, 3, 8, 8), empty(1, 3, 4, 4)];
  const boxes = [empty(2, 4), empty(2), f([2], 0, 1)];
  const { shapes: _, ...noShapes } = ANCHORS;
  refuses("UNSUPPORTED_OPERATOR", /attribute "angle"/, "Anchors", map, { ...ANCHORS, angle: float(1) });
  refuses("SHAPE_MISMATCH", /"head".*needs the attribute "shapes"/, "Anchors", map, noShapes);
  refuses("INVALID_ONNX", /"stride" must be of type float/, "Anchors", map, { ...ANCHORS, stride: int(1) });
  refuses("SHAPE_MISMATCH", /a width and a height/, "Anchors", map, { ...ANCHORS, shapes: floats(1, 2, 3) });
  refuses("SHAPE_MISMATCH", /a width and a height/, "Anchors", map, { ...ANCHORS, shapes: floats(1, -2) });
  refuses("SHAPE_MISMATCH", /stride must be finite/, "Anchors", map, { ...ANCHORS, stride: float(0) });
  const [weights, zero] = [floats(1, 1, 1), floats(1, 1, 1, 0)];
  refuses("SHAPE_MISMATCH", /weights must hold 4/, "DecodeBoxes", pair, { ...DECODE, weights });
  refuses("SHAPE_MISMATCH", /weights must be finite and not 0/, "DecodeBoxes", pair, {
    ...DECODE,
    weights: zero,
  });
  refuses("SHAPE_MISMATCH", /needs the attribute "scale_clamp"/, "DecodeBoxes", pair, {
    weights: floats(1, 1, 1, 1),
  });
  const roi = (more: Attributes, text: RegExp) =>
    refuses("SHAPE_MISMATCH", text, "MultiLevelRoiAlign", maps, { ...ROI, ...more });
  roi({ scales: floats(1) }, /scales must have 2 entries/);
  roi({ scales: floats(1, Number.NaN) }, /every scale must be finite/);
  roi({ output_size: ints(7) }, /output_size must hold 2/);
  roi({ output_size: ints(7, 0) }, /outputSize must be positive/);
  roi({ sampling_ratio: int(-1) }, /samplingRatio must be a whole number in 0 \.\. 1024/);
  roi({ canonical_size: float(0) }, /canonicalSize must be finite/);
  refuses("SHAPE_MISMATCH", /maxKept/, "ClassAwareNms", boxes, { ...NMS, max_kept: int(-1) });
  const nan = { ...NMS, iou_threshold: float(Number.NaN) };
  refuses("SHAPE_MISMATCH", /thresholds must be numbers/, "ClassAwareNms", boxes, nan);
});

test("inputs of wrong rank, dims or number", () => {
  const bad = (op: string, inputs: readonly Input[], attributes: Attributes, text = /"head"/) =>
    refuses("SHAPE_MISMATCH", text, op, inputs, attributes);
  bad("Anchors", [empty(3, 1, 2)], ANCHORS, /a map \[N, C, H, W\]/);
  bad("DecodeBoxes", [empty(2, 5), empty(2, 4)], DECODE, /boxes must be \[2, 4\]/);
  bad("DecodeBoxes", [empty(2, 4), empty(2, 6)], DECODE, /4 numbers for each group/);
  bad("DecodeBoxes", [empty(2, 4), empty(3, 4)], DECODE, /2 boxes need as many deltas/);
  bad("ClipBoxes", [empty(2, 4), empty(1, 2)], {}, /height and width must be \[2\]/);
  bad("ClipBoxes", [empty(8), empty(2)], {}, /rank 2/);
  bad("MultiLevelRoiAlign", [empty(2, 4)], { ...ROI, scales: floats() }, /1 to 8 maps/);
  bad("MultiLevelRoiAlign", [empty(2, 4), empty(1, 3, 8, 8), empty(1, 2, 4, 4)], ROI, /equal channels/);
  bad("MultiLevelRoiAlign", [empty(2, 4), empty(2, 3, 8, 8), empty(2, 3, 4, 4)], ROI, /one picture/);
  bad("MultiLevelRoiAlign", [empty(2, 4), empty(3, 8, 8), empty(1, 3, 4, 4)], ROI, /rank 4/);
  bad("ClassAwareNms", [empty(2, 4), empty(3), f([2], 0, 1)], NMS, /scores must be \[2\]/);
  bad("ClassAwareNms", [empty(2, 4), empty(2), f([1], 0)], NMS, /classes must be \[2\]/);
  const many = [empty(2, 4), empty(2), f([2], 0, 1), empty(1)];
  refuses("UNSUPPORTED_OPERATOR", /4 inputs, at most 3/, "ClassAwareNms", many, NMS);
  refuses("INVALID_ONNX", /input 1 is missing/, "ClipBoxes", [empty(2, 4)], {});
});

test.run();
