/** RoiAlign and NonMaxSuppression. */
import { elementCount, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";

/** Opset 10 samples at output_half_pixel; from 16 on a mode decides, half_pixel (aligned) by default. */
function importRoiAlign(c: NodeContext): Value[] {
  const modes = ["half_pixel", "output_half_pixel"] as const;
  const aligned =
    c.opset >= 16 && c.choice("coordinate_transformation_mode", modes, "half_pixel") === "half_pixel";
  return c.emit("roiAlign", {
    inputs: [c.input(0), c.input(1), c.input(2)],
    mode: c.choice("mode", ["avg", "max"], "avg") === "avg" ? "average" : "max",
    outputSize: [c.int("output_height", 1), c.int("output_width", 1)],
    samplingRatio: c.int("sampling_ratio", 0),
    spatialScale: c.float("spatial_scale", 1),
    aligned,
  });
}

/** Without a largest count per class nothing is selected; without a score threshold every score passes. */
function importNms(c: NodeContext): Value[] {
  const boxes = c.input(0);
  const scores = c.input(1);
  const count = c.knownScalar(2) ?? 0;
  return c.emit("nms", {
    inputs: [boxes, scores],
    maxPerClass: Math.max(0, Math.min(count, elementCount(scores.dims))),
    iouThreshold: c.knownScalar(3) ?? 0,
    scoreThreshold: c.knownScalar(4) ?? Number.NEGATIVE_INFINITY,
    centerPointBox: c.int("center_point_box", 0) === 1,
  });
}

export const DETECTION: OperatorTable = {
  NonMaxSuppression: {
    since: 10,
    inputs: 5,
    known: [2, 3, 4],
    attributes: ["center_point_box"],
    result: "int64",
    import: importNms,
  },
  RoiAlign: {
    since: 10,
    inputs: 3,
    types: ["f32", "i32", "i64"],
    attributes: [
      "coordinate_transformation_mode",
      "mode",
      "output_height",
      "output_width",
      "sampling_ratio",
      "spatial_scale",
    ],
    import: importRoiAlign,
  },
};
