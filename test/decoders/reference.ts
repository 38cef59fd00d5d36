/** Decoders of dense heads in float64, place by place, as their papers and reference implementations write them. */
import type {
  AnchorDecoder,
  DetectionFilter,
  YoloV5Decoder,
  YoloV8Decoder,
} from "../../src/package/manifest.ts";

export interface Detection {
  readonly box: readonly number[];
  readonly score: number;
  readonly label: number;
}

/** value(channel or column, anchor, y, x) of one level's output, whatever its layout. */
export type Read = (column: number, anchor: number, y: number, x: number) => number;

export interface LevelData {
  readonly height: number;
  readonly width: number;
  /** Scores and deltas (anchors), or the one map (YOLO). */
  readonly scores: Read;
  readonly deltas: Read;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function anchorsReference(decoder: AnchorDecoder, data: readonly LevelData[], classes: number) {
  const candidates = data.flatMap(({ height, width, scores, deltas }, level) => {
    const { stride, anchors } = decoder.levels[level]!;
    const found: Detection[] = [];
    for (const [y, x, a] of places(height, width, anchors.length)) {
      const raw = Array.from({ length: classes + 1 }, (_, c) => scores(c, a, y, x));
      const exps = raw.map(Math.exp);
      const sum = exps.reduce((p, q) => p + q, 0);
      const [dx, dy, dw, dh] = (decoder.deltaOrder === "xywh" ? [0, 1, 2, 3] : [1, 0, 3, 2]).map(
        (column, i) => deltas(column, a, y, x) / decoder.weights[i]!,
      ) as [number, number, number, number];
      const [w, h] = anchors[a]!;
      const box = fromCentre(
        (x + decoder.offset) * stride + dx * w,
        (y + decoder.offset) * stride + dy * h,
        w * Math.exp(Math.min(dw, decoder.scaleClamp)),
        h * Math.exp(Math.min(dh, decoder.scaleClamp)),
      );
      for (let label = 0; label < classes; label++) {
        const score = { sigmoid: sigmoid(raw[label]!), softmax: exps[label]! / sum, none: raw[label]! };
        found.push({ box, score: score[decoder.activation], label });
      }
    }
    return best(found, decoder.candidatesPerLevel);
  });
  return suppressed(candidates, decoder);
}

export function yoloV5Reference(decoder: YoloV5Decoder, data: readonly LevelData[], classes: number) {
  const { output } = decoder;
  const candidates = data.flatMap(({ height, width, scores }, level) => {
    const found: Detection[] = [];
    const finished = "rows" in output;
    const anchors = finished ? 1 : output.levels[level]!.anchors.length;
    for (const [y, x, a] of places(height, width, anchors)) {
      const at = (column: number): number => scores(column, a, y, x);
      const act = finished ? at : (column: number): number => sigmoid(at(column));
      let box = fromCentre(at(0), at(1), at(2), at(3));
      if (!finished) {
        const { stride, anchors: shapes } = output.levels[level]!;
        const [w, h] = shapes[a]!;
        box = fromCentre(
          (2 * act(0) - 0.5 + x) * stride,
          (2 * act(1) - 0.5 + y) * stride,
          (2 * act(2)) ** 2 * w,
          (2 * act(3)) ** 2 * h,
        );
      }
      for (let label = 0; label < classes; label++)
        found.push({ box, score: act(4) * act(5 + label), label });
    }
    return best(found, decoder.candidatesPerLevel);
  });
  return suppressed(candidates, decoder);
}

export function yoloV8Reference(decoder: YoloV8Decoder, data: readonly LevelData[], classes: number) {
  const { output } = decoder;
  const candidates = data.flatMap(({ height, width, scores }, level) => {
    const found: Detection[] = [];
    for (const [y, x] of places(height, width, 1)) {
      const at = (column: number): number => scores(column, 0, y, x);
      const finished = "rows" in output;
      let box = fromCentre(at(0), at(1), at(2), at(3));
      if (!finished) {
        const { stride } = output.levels[level]!;
        const side = (s: number): number => {
          const exps = Array.from({ length: output.bins }, (_, i) => Math.exp(at(s * output.bins + i)));
          const sum = exps.reduce((p, q) => p + q, 0);
          return exps.reduce((mean, e, i) => mean + (i * e) / sum, 0) * stride;
        };
        const [cx, cy] = [(x + 0.5) * stride, (y + 0.5) * stride];
        box = [cx - side(0), cy - side(1), cx + side(2), cy + side(3)];
      }
      for (let label = 0; label < classes; label++) {
        const score = finished ? at(4 + label) : sigmoid(at(4 * output.bins + label));
        found.push({ box, score, label });
      }
    }
    return best(found, decoder.candidatesPerLevel);
  });
  return suppressed(candidates, decoder);
}

function* places(height: number, width: number, anchors: number): Generator<[number, number, number]> {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let a = 0; a < anchors; a++) yield [y, x, a];
}

const fromCentre = (x: number, y: number, w: number, h: number): number[] => [
  x - w / 2,
  y - h / 2,
  x + w / 2,
  y + h / 2,
];

const best = (found: readonly Detection[], limit: number): Detection[] =>
  found.toSorted((p, q) => q.score - p.score).slice(0, limit);

/** torchvision's batched_nms on those above the score threshold, then the best. */
function suppressed(candidates: readonly Detection[], filter: DetectionFilter): Detection[] {
  const ranked = best(candidates, candidates.length).filter(({ score }) => score > filter.scoreThreshold);
  const apart = Math.max(...ranked.flatMap(({ box }) => box)) + 1;
  const kept: { detection: Detection; shifted: number[] }[] = [];
  for (const detection of ranked) {
    if (kept.length === filter.maxDetections) break;
    const shifted = detection.box.map((v) => v + detection.label * apart);
    if (kept.every((other) => iou(other.shifted, shifted) <= filter.iouThreshold))
      kept.push({ detection, shifted });
  }
  return kept.map(({ detection }) => detection);
}

export function iou(a: readonly number[], b: readonly number[]): number {
  const area = (r: readonly number[]): number => (r[2]! - r[0]!) * (r[3]! - r[1]!);
  const w = Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!);
  const h = Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!);
  if (!(w > 0 && h > 0)) return 0;
  return (w * h) / (area(a) + area(b) - w * h);
}
