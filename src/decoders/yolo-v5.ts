/** YOLO v5: x, y, w, h, objectness and class scores, against anchors. */
import type { NodeBuilder } from "../onnx/node-builder.ts";
import type { YoloV5Decoder } from "../package/manifest.ts";
import { type Candidates, rowsAt, topCandidates } from "./candidates.ts";
import { centredBoxes, cornersOf } from "./corners.ts";
import { checkedOutput, type Head, makeGrid, toRows } from "./layout.ts";
import { sliceOf } from "./slice.ts";

export function yoloV5Candidates(head: Head, decoder: YoloV5Decoder): Candidates[] {
  const { b, classCount } = head;
  const { output, candidatesPerLevel } = decoder;
  const columns = 5 + classCount;
  if ("rows" in output) {
    const name = "decoder/rows";
    const { value } = checkedOutput(head, output.rows, [3], () => [1, null, columns]);
    const rows = b.node("Reshape", name, [value, b.integers(`${name}/dims`, [-1, columns])]);
    const best = topOf(head, name, rows, candidatesPerLevel);
    return [{ ...best, boxes: centredBoxes(b, name, best.rows) }];
  }
  return output.levels.map(({ map, stride, anchors }, i) => {
    const name = `decoder/level_${i}`;
    // The centre of cell (x, y) is (x + 0.5, y + 0.5) strides.
    const grid = makeGrid(head, name, map, stride, anchors, 0.5);
    const rows = toRows(head, name, map, grid, columns, [4, 5]);
    const best = topOf(head, name, b.node("Sigmoid", `${name}/sigmoid`, [rows]), candidatesPerLevel);
    const cells = rowsAt(b, `${name}/cells`, grid.anchors, best.places);
    return { ...best, boxes: gridBoxes(b, name, best.rows, cells, stride) };
  });
}

/** score = objectness * class score, of rows that are sigmoids already. */
function topOf({ b, classCount }: Head, name: string, rows: string, limit: number) {
  const objectness = sliceOf(b, `${name}/objectness`, rows, 1, 4, 5);
  const classes = sliceOf(b, `${name}/class_scores`, rows, 1, 5, 5 + classCount);
  const scores = b.node("Mul", `${name}/products`, [classes, objectness]);
  const top = topCandidates(b, name, scores, classCount, limit);
  return { ...top, rows: rowsAt(b, `${name}/best`, rows, top.places) };
}

/**
 * xy = (2 s - 0.5 + cell) stride, wh = (2 s)^2 anchor, for sigmoids s. The anchor's centre is (cell + 0.5) stride, so
 * xy is that centre + (2 s - 1) stride.
 */
function gridBoxes(b: NodeBuilder, name: string, rows: string, cells: string, stride: number): string {
  const number = (what: string, value: number): string => b.floats(`${name}/${what}`, [value], []);
  const low = sliceOf(b, `${name}/low`, cells, 1, 0, 2);
  const anchor = b.node("Sub", `${name}/anchor`, [sliceOf(b, `${name}/high`, cells, 1, 2, 4), low]);
  const toCentre = b.node("Mul", `${name}/to_centre`, [anchor, number("anchor_half", 0.5)]);
  const cellCentre = b.node("Add", `${name}/cell_centre`, [low, toCentre]);

  const xy = sliceOf(b, `${name}/xy`, rows, 1, 0, 2);
  const twice = b.node("Mul", `${name}/xy_scaled`, [xy, number("two_strides", 2 * stride)]);
  const move = b.node("Sub", `${name}/move`, [twice, number("one_stride", stride)]);
  const centre = b.node("Add", `${name}/centre`, [cellCentre, move]);

  const wh = sliceOf(b, `${name}/wh`, rows, 1, 2, 4);
  const squared = b.node("Mul", `${name}/wh_squared`, [wh, wh]);
  const scaled = b.node("Mul", `${name}/wh_scaled`, [squared, anchor]);
  const half = b.node("Mul", `${name}/half`, [scaled, number("half_of_four", 2)]);
  return cornersOf(b, name, centre, half);
}
