/** Box operations as one would write them in JavaScript: what spinexr/detection is compared with. Corners x0, y0, x1, y1. */
import type { DecodeRequest, GreedyNmsRequest, RoiAlignRequest } from "../src/detection/index.ts";

/** Greedy suppression of one class: indices of the kept boxes in falling score. */
export function nms({ boxes, scores, iouThreshold }: GreedyNmsRequest): number[] {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const area = (i: number): number =>
    (boxes[4 * i + 2]! - boxes[4 * i]!) * (boxes[4 * i + 3]! - boxes[4 * i + 1]!);
  const iou = (i: number, j: number): number => {
    const width = Math.min(boxes[4 * i + 2]!, boxes[4 * j + 2]!) - Math.max(boxes[4 * i]!, boxes[4 * j]!);
    const height =
      Math.min(boxes[4 * i + 3]!, boxes[4 * j + 3]!) - Math.max(boxes[4 * i + 1]!, boxes[4 * j + 1]!);
    if (width <= 0 || height <= 0) return 0;
    return (width * height) / (area(i) + area(j) - width * height);
  };
  const kept: number[] = [];
  for (const i of order) if (kept.every((j) => iou(i, j) <= iouThreshold)) kept.push(i);
  return kept;
}

/** Boxes moved by deltas, one group. */
export function decodeBoxes({ boxes, deltas, weights, scaleClamp }: DecodeRequest): Float32Array {
  const moved = new Float32Array(boxes.length);
  for (let i = 0; i < boxes.length; i += 4) {
    for (let axis = 0; axis < 2; axis++) {
      const side = boxes[i + 2 + axis]! - boxes[i + axis]!;
      const centre = boxes[i + axis]! + side / 2 + (deltas[i + axis]! / weights[axis]!) * side;
      const grown = Math.exp(Math.min(deltas[i + 2 + axis]! / weights[2 + axis]!, scaleClamp)) * side;
      moved[i + axis] = centre - grown / 2;
      moved[i + 2 + axis] = centre + grown / 2;
    }
  }
  return moved;
}

/** Aligned, with a fixed number of samples, on one map of height x width x channels. */
export function roiAlign(request: RoiAlignRequest): Float32Array {
  const { maps, channels, boxes, outHeight, outWidth, samplingRatio } = request;
  const { data, height, width, scale } = maps[0]!;
  const count = boxes.length / 4;
  const out = new Float32Array(count * outHeight * outWidth * channels);
  const share = 1 / samplingRatio ** 2;
  let at = 0;
  for (let n = 0; n < count; n++) {
    const [x0, y0, x1, y1] = Array.from(boxes.subarray(4 * n, 4 * n + 4), (v) => v * scale - 0.5);
    const binHeight = (y1! - y0!) / outHeight;
    const binWidth = (x1! - x0!) / outWidth;
    for (let by = 0; by < outHeight; by++) {
      for (let bx = 0; bx < outWidth; bx++, at += channels) {
        for (let sy = 0; sy < samplingRatio; sy++) {
          for (let sx = 0; sx < samplingRatio; sx++) {
            const y = y0! + (by + (sy + 0.5) / samplingRatio) * binHeight;
            const x = x0! + (bx + (sx + 0.5) / samplingRatio) * binWidth;
            if (y < -1 || y > height || x < -1 || x > width) continue;
            const [yLow, yHigh, fy] = neighbours(y, height);
            const [xLow, xHigh, fx] = neighbours(x, width);
            const a = (yLow * width + xLow) * channels;
            const b = (yLow * width + xHigh) * channels;
            const c = (yHigh * width + xLow) * channels;
            const d = (yHigh * width + xHigh) * channels;
            const [wa, wb, wc, wd] = [(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx];
            for (let k = 0; k < channels; k++)
              out[at + k]! +=
                share * (wa * data[a + k]! + wb * data[b + k]! + wc * data[c + k]! + wd * data[d + k]!);
          }
        }
      }
    }
  }
  return out;
}

/** The pixels on both sides, and the share of the second. */
function neighbours(position: number, size: number): [number, number, number] {
  const clamped = Math.max(0, position);
  const low = Math.floor(clamped);
  return low >= size - 1 ? [size - 1, size - 1, 0] : [low, low + 1, clamped - low];
}
