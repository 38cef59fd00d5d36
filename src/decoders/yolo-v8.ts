/** YOLO v8: class scores and, per side, a distribution of its distance from the cell's centre. */
import type { NodeBuilder } from "../onnx/node-builder.ts";
import type { YoloV8Decoder } from "../package/manifest.ts";
import { type Candidates, rowsAt, topCandidates } from "./candidates.ts";
import { centredBoxes } from "./corners.ts";
import { checkedOutput, type Head, makeGrid, toRows } from "./layout.ts";
import { sliceOf } from "./slice.ts";

export function yoloV8Candidates(head: Head, decoder: YoloV8Decoder): Candidates[] {
  const { b, classCount } = head;
  const { output, candidatesPerLevel } = decoder;
  if ("rows" in output) {
    const name = "decoder/rows";
    const columns = 4 + classCount;
    const { value } = checkedOutput(head, output.rows, [3], () => [1, columns, null]);
    const flat = b.node("Reshape", `${name}/by_column`, [
      value,
      b.integers(`${name}/column_dims`, [columns, -1]),
    ]);
    const rows = b.node("Transpose", name, [flat], { perm: { ints: [1, 0] } });
    const scores = sliceOf(b, `${name}/class_scores`, rows, 1, 4, columns);
    const top = topCandidates(b, name, scores, classCount, candidatesPerLevel);
    return [{ ...top, boxes: centredBoxes(b, name, rowsAt(b, `${name}/best`, rows, top.places)) }];
  }
  const { bins } = output;
  return output.levels.map(({ map, stride }, i) => {
    const name = `decoder/level_${i}`;
    const grid = makeGrid(head, name, map, stride, [[2 * stride, 2 * stride]], 0.5);
    const rows = toRows(head, name, map, grid, 4 * bins + classCount, [4]);
    const logits = sliceOf(b, `${name}/logits`, rows, 1, 4 * bins, 4 * bins + classCount);
    const top = topCandidates(b, name, logits, classCount, candidatesPerLevel);
    const best = rowsAt(b, `${name}/best`, rows, top.places);
    const cells = rowsAt(b, `${name}/cells`, grid.anchors, top.places);
    return {
      boxes: distanceBoxes(
        b,
        name,
        sliceOf(b, `${name}/distributions`, best, 1, 0, 4 * bins),
        cells,
        bins,
        stride,
      ),
      // The sigmoid is monotonic: the best of its arguments are the best of its values.
      scores: b.node("Sigmoid", `${name}/sigmoid`, [top.scores]),
      classes: top.classes,
    };
  });
}

/**
 * A side lies as many strides from the cell's centre as the mean of its distribution (softmax over the bins 0, 1, ..).
 * `cells` are boxes that reach one stride to each side of the centres.
 */
function distanceBoxes(
  b: NodeBuilder,
  name: string,
  distributions: string,
  cells: string,
  bins: number,
  stride: number,
): string {
  const apart = b.node("Reshape", `${name}/apart`, [distributions, b.integers(`${name}/bins`, [-1, bins])]);
  const weights = b.node("Softmax", `${name}/weights`, [apart], { axis: { int: 1 } });
  const numbers = b.floats(
    `${name}/bin_numbers`,
    Array.from({ length: bins }, (_, i) => i),
    [bins, 1],
  );
  const means = b.node("MatMul", `${name}/means`, [weights, numbers]);
  const sides = b.node("Reshape", `${name}/sides`, [means, b.integers(`${name}/side_dims`, [-1, 4])]);
  const beyond = b.node("Sub", `${name}/beyond`, [sides, b.floats(`${name}/one`, [1], [])]);
  const outwards = b.floats(`${name}/outwards`, [-stride, -stride, stride, stride]);
  return b.node("Add", `${name}/boxes`, [cells, b.node("Mul", `${name}/moves`, [beyond, outwards])]);
}
