/** From the maps of a dense head to boxes, as ONNX nodes: what all decoders and proposal networks have in common. */
import type { NodeBuilder } from "../onnx/node-builder.ts";
import type { DetectionFilter } from "../package/manifest.ts";

/** Names of values, k rows in falling score. */
export interface Ranked {
  /** f32 [k] */
  readonly scores: string;
  /** i64 [k]: row of the scores. */
  readonly places: string;
  /** i64 [k]: column of the scores. */
  readonly classes: string;
}

/** Names of values: boxes f32 [k, 4] corners, scores f32 [k], classes i64 [k]. */
export interface Candidates {
  readonly boxes: string;
  readonly scores: string;
  readonly classes: string;
}

/** How deltas move boxes: the attributes of DecodeBoxes. */
export interface DeltaCodec {
  /** Deltas are divided by these: x, y, w, h. */
  readonly weights: readonly number[];
  /** Upper bound of dw and dh. */
  readonly scaleClamp: number;
  /** Columns of the deltas in which x, y, w and h stand. Default 0, 1, 2, 3. */
  readonly columns?: readonly number[];
}

/**
 * The best pairs of place and class of scores f32 [places, classCount]: min(limit, places * classCount) of them. Equal
 * scores: the lower place, then the lower class first.
 */
export function topCandidates(
  b: NodeBuilder,
  name: string,
  scores: string,
  classCount: number,
  limit: number,
): Ranked {
  const flat = b.node("Reshape", `${name}/flat`, [scores, b.integers(`${name}/flat_shape`, [-1])]);
  const size = b.node("Shape", `${name}/size`, [flat]);
  const count = b.node("Min", `${name}/count`, [size, b.integers(`${name}/limit`, [limit])]);
  const [best, indices] = [`${name}/scores`, `${name}/indices`];
  b.nodeWith("", "TopK", `${name}/top`, [flat, count], [best, indices], { axis: { int: 0 } });
  const classes = b.integers(`${name}/class_count`, [classCount]);
  return {
    scores: best,
    places: b.node("Div", `${name}/places`, [indices, classes]),
    classes: b.node("Mod", `${name}/classes`, [indices, classes]),
  };
}

/** Rows of x at `places` (i64 [k]). */
export const rowsAt = (b: NodeBuilder, name: string, x: string, places: string): string =>
  b.node("Gather", name, [x, places], { axis: { int: 0 } });

/** Boxes f32 [k, 4] corners: those of anchors [places, 4] moved by deltas [places, 4], at `places`. */
export function decodeAt(
  b: NodeBuilder,
  name: string,
  anchors: string,
  deltas: string,
  places: string,
  { weights, scaleClamp, columns }: DeltaCodec,
): string {
  const boxes = rowsAt(b, `${name}/anchors_at`, anchors, places);
  let moves = rowsAt(b, `${name}/deltas_at`, deltas, places);
  if (columns !== undefined) {
    const order = b.integers(`${name}/columns`, columns);
    moves = b.node("Gather", `${name}/ordered`, [moves, order], { axis: { int: 1 } });
  }
  return b.spinexr("DecodeBoxes", `${name}/boxes`, [boxes, moves], {
    weights: { floats: weights },
    scale_clamp: { float: scaleClamp },
  });
}

/**
 * The candidates of all levels through class-aware suppression to the detector's outputs boxes f32 [m, 4], scores f32 [m]
 * and classes i64 [m], falling, each with a run-time count.
 */
export function suppress(
  b: NodeBuilder,
  name: string,
  levels: readonly Candidates[],
  filter: Omit<DetectionFilter, "candidatesPerLevel">,
): void {
  const { boxes, classes, kept } = keepBest(b, name, levels, filter, "scores");
  rowsAt(b, "boxes", boxes, kept);
  rowsAt(b, "classes", classes, kept);
}

/**
 * All levels' candidates as one list, and which of it class-aware suppression keeps: `kept` i64 [m], rows in falling
 * score, whose scores f32 [m] become the value `scores` (-inf past the run-time count).
 */
export function keepBest(
  b: NodeBuilder,
  name: string,
  levels: readonly Candidates[],
  filter: Pick<DetectionFilter, "iouThreshold" | "maxDetections"> & { readonly scoreThreshold?: number },
  scores: string,
): { boxes: string; classes: string; kept: string } {
  const joined = (key: keyof Candidates): string =>
    levels.length === 1
      ? levels[0]![key]
      : b.node(
          "Concat",
          `${name}/all_${key}`,
          levels.map((level) => level[key]),
          { axis: { int: 0 } },
        );
  const [boxes, classes] = [joined("boxes"), joined("classes")];
  const kept = b.spinexr(
    "ClassAwareNms",
    `${name}/kept`,
    [boxes, joined("scores"), classes],
    {
      iou_threshold: { float: floorFloat32(filter.iouThreshold) },
      max_kept: { int: filter.maxDetections },
      ...(filter.scoreThreshold === undefined ? {} : { score_threshold: { float: filter.scoreThreshold } }),
    },
    [scores],
  );
  return { boxes, classes, kept };
}

/**
 * The largest float32 that is not above x >= 0: float32 overlaps are above it exactly where they are above x, with which
 * torchvision compares them in double.
 */
function floorFloat32(x: number): number {
  const nearest = Float32Array.of(x);
  if (nearest[0]! > x) new Uint32Array(nearest.buffer)[0]!--;
  return nearest[0]!;
}
