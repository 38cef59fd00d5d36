/** ONNX RoiAlign and NonMaxSuppression by their specifications. */
import type { NmsNode, RoiAlignNode } from "../../src/graph/graph.ts";
import { type Tensor, tabulate } from "./tensor.ts";

interface Corner {
  weight: number;
  row: number;
  column: number;
}

type RoiAlign = Pick<RoiAlignNode, "mode" | "outputSize" | "samplingRatio" | "spatialScale" | "aligned">;

export function roiAlign(node: RoiAlign, x: Tensor, rois: Tensor, batch: Tensor): Tensor {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [outH, outW] = node.outputSize;
  const offset = node.aligned ? 0.5 : 0;
  return tabulate("f32", [rois.dims[0]!, channels, outH, outW], ([r, c, i, j]) => {
    const [x0, y0, x1, y1] = [0, 1, 2, 3].map((k) => rois.data[r! * 4 + k]! * node.spatialScale - offset) as [
      number,
      number,
      number,
      number,
    ];
    // Without half-pixel alignment a box is at least one pixel large.
    const boxH = node.aligned ? y1 - y0 : Math.max(y1 - y0, 1);
    const boxW = node.aligned ? x1 - x0 : Math.max(x1 - x0, 1);
    const [binH, binW] = [boxH / outH, boxW / outW];
    const samplesH = node.samplingRatio > 0 ? node.samplingRatio : Math.ceil(binH);
    const samplesW = node.samplingRatio > 0 ? node.samplingRatio : Math.ceil(binW);
    const plane = (batch.data[r!]! * channels + c!) * height * width;
    let sum = 0;
    let peak: number | null = null;
    for (let p = 0; p < samplesH; p++) {
      for (let q = 0; q < samplesW; q++) {
        const sampleY = y0 + (i! + (p + 0.5) / samplesH) * binH;
        const sampleX = x0 + (j! + (q + 0.5) / samplesW) * binW;
        const terms = corners(sampleY, sampleX, height, width).map(
          ({ weight, row, column }) => weight * x.data[plane + row * width + column]!,
        );
        sum += terms.reduce((a, b) => a + b, 0);
        // The operator's maximum is over the weighted corners, not over interpolated samples.
        peak = terms.reduce((a, b) => Math.max(a, b), peak ?? terms[0]!);
      }
    }
    return node.mode === "max" ? (peak ?? 0) : sum / Math.max(samplesH * samplesW, 1);
  });
}

/** The four pixels around a sample with bilinear weights; a sample farther than 1 outside has weights 0. */
function corners(sampleY: number, sampleX: number, height: number, width: number): Corner[] {
  if (sampleY < -1 || sampleY > height || sampleX < -1 || sampleX > width) {
    return [0, 0, 0, 0].map(() => ({ weight: 0, row: 0, column: 0 }));
  }
  const along = (position: number, size: number): [low: number, high: number, fraction: number] => {
    const inside = Math.max(position, 0);
    const low = Math.floor(inside);
    return low >= size - 1 ? [size - 1, size - 1, 0] : [low, low + 1, inside - low];
  };
  const [top, bottom, fy] = along(sampleY, height);
  const [left, right, fx] = along(sampleX, width);
  return [
    { weight: (1 - fy) * (1 - fx), row: top, column: left },
    { weight: (1 - fy) * fx, row: top, column: right },
    { weight: fy * (1 - fx), row: bottom, column: left },
    { weight: fy * fx, row: bottom, column: right },
  ];
}

/** The selected (batch, class, box) rows only: fewer than the node's static dims allow. */
export function nms(node: NmsNode, boxes: Tensor, scores: Tensor): Tensor {
  const [batches, classes, count] = scores.dims as [number, number, number];
  const rows: number[] = [];
  for (let b = 0; b < batches; b++) {
    for (let c = 0; c < classes; c++) {
      const score = (box: number): number => scores.data[(b * classes + c) * count + box]!;
      const candidates = Array.from({ length: count }, (_, box) => box)
        .filter((box) => score(box) > node.scoreThreshold)
        .sort((p, q) => score(q) - score(p) || p - q);
      const selected: number[] = [];
      for (const box of candidates) {
        if (selected.length >= node.maxPerClass) break;
        const overlaps = selected.some(
          (other) => iou(corner(node, boxes, b, box), corner(node, boxes, b, other)) > node.iouThreshold,
        );
        if (!overlaps) selected.push(box);
      }
      for (const box of selected) rows.push(b, c, box);
    }
  }
  return { dtype: "i64", dims: [rows.length / 3, 3], data: Float64Array.from(rows) };
}

type Box = [low0: number, low1: number, high0: number, high1: number];

function corner(node: NmsNode, boxes: Tensor, batch: number, box: number): Box {
  const first = (batch * boxes.dims[1]! + box) * 4;
  const [p, q, r, s] = boxes.data.subarray(first, first + 4) as unknown as Box;
  if (node.centerPointBox) return [p - r / 2, q - s / 2, p + r / 2, q + s / 2];
  return [Math.min(p, r), Math.min(q, s), Math.max(p, r), Math.max(q, s)];
}

export function iou(a: Box, b: Box): number {
  const side = (axis: 0 | 1): number =>
    Math.max(0, Math.min(a[axis + 2]!, b[axis + 2]!) - Math.max(a[axis]!, b[axis]!));
  const shared = side(0) * side(1);
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}
