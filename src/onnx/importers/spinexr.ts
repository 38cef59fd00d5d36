/** The operators of the domain ai.spinexr: the boxes of detectors, which ONNX cannot express. Defined in ../README.md. */
import type { Value } from "../../graph/graph.ts";
import { SPINEXR_OPSET } from "../node-builder.ts";
import type { NodeContext } from "./context.ts";
import type { Operator, OperatorTable } from "./operator.ts";

/** An attribute without a default. */
function required<T>(c: NodeContext, name: string, value: T | null): T {
  return value ?? c.mismatch(`it needs the attribute "${name}".`);
}

function list<N extends number>(c: NodeContext, name: string, length: N, values: readonly number[] | null) {
  const given = required(c, name, values);
  if (given.length !== length) c.mismatch(`${name} must hold ${length} numbers, found ${given.length}.`);
  return [...given] as N extends 2 ? [number, number] : [number, number, number, number];
}

/** Only the map's dims matter. */
function importAnchors(c: NodeContext): Value[] {
  const { dims } = c.input(0);
  if (dims.length !== 4) c.mismatch(`it expects a map [N, C, H, W], found [${dims}].`);
  const shapes = required(c, "shapes", c.floats("shapes", null));
  if (
    shapes.length === 0 ||
    shapes.length % 2 !== 0 ||
    !shapes.every((side) => side > 0 && side < Infinity)
  ) {
    c.mismatch("shapes must hold a width and a height, finite and above 0, for each anchor.");
  }
  return c.emit("anchors", {
    inputs: [c.constant(Float32Array.from(shapes), [shapes.length / 2, 2])],
    height: dims[2]!,
    width: dims[3]!,
    stride: required(c, "stride", c.float("stride", null)),
    offset: required(c, "offset", c.float("offset", null)),
  });
}

const importDecodeBoxes = (c: NodeContext): Value[] =>
  c.emit("decodeBoxes", {
    inputs: [c.input(0), c.input(1)],
    weights: list(c, "weights", 4, c.floats("weights", null)),
    scaleClamp: required(c, "scale_clamp", c.float("scale_clamp", null)),
  });

const importMultiLevelRoiAlign = (c: NodeContext): Value[] =>
  c.emit("multiLevelRoiAlign", {
    inputs: c.all() as [Value, ...Value[]],
    scales: [...required(c, "scales", c.floats("scales", null))],
    outputSize: list(c, "output_size", 2, c.ints("output_size", null)),
    samplingRatio: c.int("sampling_ratio", 0),
    aligned: c.int("aligned", 1) !== 0,
    lowestLevel: required(c, "lowest_level", c.int("lowest_level", null)),
    canonicalSize: c.float("canonical_size", 224),
    canonicalLevel: c.int("canonical_level", 4),
  });

const importClassAwareNms = (c: NodeContext): Value[] =>
  c.emit("classAwareNms", {
    inputs: [c.input(0), c.input(1), c.input(2)],
    iouThreshold: required(c, "iou_threshold", c.float("iou_threshold", null)),
    scoreThreshold: c.float("score_threshold", Number.NEGATIVE_INFINITY),
    maxKept: required(c, "max_kept", c.int("max_kept", null)),
  });

const ours = (fields: Omit<Operator, "since" | "until">): Operator => ({ ...fields, until: SPINEXR_OPSET });

export const SPINEXR: OperatorTable = {
  Anchors: ours({ inputs: 1, attributes: ["offset", "shapes", "stride"], import: importAnchors }),
  ClassAwareNms: ours({
    inputs: 3,
    attributes: ["iou_threshold", "max_kept", "score_threshold"],
    types: ["f32", "i32", "i64"],
    result: () => ["int64", "float"],
    import: importClassAwareNms,
  }),
  ClipBoxes: ours({
    inputs: 2,
    import: (c) => c.emit("clipBoxes", { inputs: [c.input(0), c.input(1)] }),
  }),
  DecodeBoxes: ours({ inputs: 2, attributes: ["scale_clamp", "weights"], import: importDecodeBoxes }),
  MultiLevelRoiAlign: ours({
    inputs: Number.POSITIVE_INFINITY,
    attributes: [
      "aligned",
      "canonical_level",
      "canonical_size",
      "lowest_level",
      "output_size",
      "sampling_ratio",
      "scales",
    ],
    import: importMultiLevelRoiAlign,
  }),
};
