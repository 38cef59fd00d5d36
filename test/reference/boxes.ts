/** The detector's box nodes in float64, from their definitions in graph.ts. Boxes are corners, four numbers each. */
import type { ClassAwareNmsNode, DecodeBoxesNode, MultiLevelRoiAlignNode } from "../../src/graph/graph.ts";
import { iou, roiAlign } from "./detection.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

type Numbers = ArrayLike<number>;
type Grid = Readonly<Record<"height" | "width" | "stride" | "offset", number>>;

export function anchors({ height, width, stride, offset }: Grid, shapes: Numbers): number[] {
  const boxes: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let a = 0; a < shapes.length; a += 2) {
        const [cx, cy] = [(x + offset) * stride, (y + offset) * stride];
        const [w, h] = [shapes[a]!, shapes[a + 1]!];
        boxes.push(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
      }
    }
  }
  return boxes;
}

export function decodeBoxes(
  { weights, scaleClamp }: Pick<DecodeBoxesNode, "weights" | "scaleClamp">,
  boxes: Numbers,
  deltas: Numbers,
  groups: number,
): number[] {
  return Array.from({ length: deltas.length / 4 }, (_, i) => {
    const [x0, y0, x1, y1] = fours(boxes, Math.floor(i / groups));
    const [dx, dy, dw, dh] = fours(deltas, i).map((d, k) => d / weights[k]!) as [
      number,
      number,
      number,
      number,
    ];
    const cx = (x0 + x1) / 2 + dx * (x1 - x0);
    const cy = (y0 + y1) / 2 + dy * (y1 - y0);
    const w = (x1 - x0) * Math.exp(Math.min(dw, scaleClamp));
    const h = (y1 - y0) * Math.exp(Math.min(dh, scaleClamp));
    return [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
  }).flat();
}

/** size: height, width. */
export const clipBoxes = (boxes: Numbers, size: Numbers): number[] =>
  Array.from(boxes, (v, i) => Math.min(Math.max(v, 0), size[1 - (i % 2)]!));

/** `boxes` [R, 4], maps [1, C, H, W]. */
export function multiLevelRoiAlign(
  node: MultiLevelRoiAlignNode,
  boxes: Tensor,
  maps: readonly Tensor[],
): Tensor {
  const dims = [boxes.dims[0]!, maps[0]!.dims[1]!, ...node.outputSize];
  const data = new Float64Array(sizeOf(dims));
  const region = sizeOf(dims.slice(1));
  for (let i = 0; i < dims[0]!; i++) {
    const box = fours(boxes.data, i);
    const size = Math.sqrt((box[2] - box[0]) * (box[3] - box[1]));
    const level = Math.floor(node.canonicalLevel + Math.log2(size / node.canonicalSize + 1e-8));
    // A size that is no number (a negative area) goes to the finest map.
    const at = Math.min(Math.max(level - node.lowestLevel || 0, 0), maps.length - 1);
    const one = { dtype: "f32", dims: [1, 4], data: Float64Array.from(box) } as const;
    const first = { dtype: "i64", dims: [1], data: Float64Array.of(0) } as const;
    const spec = { ...node, mode: "average", spatialScale: node.scales[at]! } as const;
    data.set(roiAlign(spec, maps[at]!, one, first).data, i * region);
  }
  return { dtype: "f32", dims, data };
}

/** The indices that are kept, in their order. */
export function classAwareNms(
  options: Pick<ClassAwareNmsNode, "iouThreshold" | "scoreThreshold" | "maxKept">,
  boxes: Numbers,
  scores: Numbers,
  classes: Numbers,
): number[] {
  const kept: number[] = [];
  const order = Array.from(scores, (_, i) => i)
    .filter((i) => scores[i]! > options.scoreThreshold)
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
  for (const i of order) {
    const overlaps = (other: number): boolean =>
      classes[i] === classes[other] && iou(fours(boxes, i), fours(boxes, other)) > options.iouThreshold;
    if (kept.length < options.maxKept && !kept.some(overlaps)) kept.push(i);
  }
  return kept;
}

const fours = (list: Numbers, i: number): [number, number, number, number] =>
  [0, 1, 2, 3].map((k) => list[i * 4 + k]!) as [number, number, number, number];
