/** RetinaNet, EfficientDet, SSD: class scores and deltas against anchors, per level. */
import type { AnchorDecoder } from "../package/manifest.ts";
import { type Candidates, decodeAt, topCandidates } from "./candidates.ts";
import { type Head, makeGrid, toRows } from "./layout.ts";
import { sliceOf } from "./slice.ts";

const COLUMNS = { xywh: undefined, yxhw: [1, 0, 3, 2] } as const;

export function anchorCandidates(head: Head, decoder: AnchorDecoder): Candidates[] {
  const { b, classCount } = head;
  const { activation, weights, scaleClamp, candidatesPerLevel } = decoder;
  const columns = COLUMNS[decoder.deltaOrder];
  return decoder.levels.map(({ scores, deltas, stride, anchors }, i) => {
    const name = `decoder/level_${i}`;
    const grid = makeGrid(head, name, scores, stride, anchors, decoder.offset);
    const scoreColumns = classCount + (activation === "softmax" ? 1 : 0);
    let rows = toRows(head, `${name}/score`, scores, grid, scoreColumns, [3, 4]);
    if (activation === "softmax") {
      rows = b.node("Softmax", `${name}/probabilities`, [rows], { axis: { int: 1 } });
      rows = sliceOf(b, `${name}/foreground`, rows, 1, 0, classCount);
    }
    const top = topCandidates(b, name, rows, classCount, candidatesPerLevel);
    const moves = toRows(head, `${name}/delta`, deltas, grid, 4, [3, 4]);
    return {
      boxes: decodeAt(b, name, grid.anchors, moves, top.places, { weights, scaleClamp, columns }),
      // The sigmoid is monotonic: the best of its arguments are the best of its values.
      scores: activation === "sigmoid" ? b.node("Sigmoid", `${name}/sigmoid`, [top.scores]) : top.scores,
      classes: top.classes,
    };
  });
}
