/** anchors, decodeBoxes, clipBoxes, multiLevelRoiAlign, classAwareNms: operands as arrays for ../../reference. */
import * as boxes from "../../reference/boxes.ts";
import { type Tensor, tabulate } from "../../reference/tensor.ts";
import type { Executors } from "../execute.ts";
import type { Operand } from "../machine.ts";
import { expectDense } from "./common.ts";

type BoxSteps = Pick<
  Executors,
  "anchors" | "decodeBoxes" | "clipBoxes" | "multiLevelRoiAlign" | "classAwareNms"
>;

export const boxSteps: BoxSteps = {
  anchors(f, [shapes], [y]) {
    write(y!, boxes.anchors(f, read(shapes!)));
  },
  decodeBoxes(f, [from, deltas], [y]) {
    const options = {
      weights: [f.weightX, f.weightY, f.weightW, f.weightH] as [number, number, number, number],
      scaleClamp: f.scaleClamp,
    };
    if (from!.extent !== f.n * 4) throw new Error("decodeBoxes");
    write(y!, boxes.decodeBoxes(options, read(from!), read(deltas!), f.groups));
  },
  clipBoxes(f, [from, size], [y]) {
    if (from!.extent !== f.n * 4) throw new Error("clipBoxes");
    write(y!, boxes.clipBoxes(read(from!), read(size!)));
  },
  multiLevelRoiAlign(f, [from, scales, ...maps], [y]) {
    const [, , height, width] = y!.dims as [number, number, number, number];
    const node = { ...f, scales: read(scales!), aligned: f.aligned !== 0, outputSize: [height, width] };
    const rois: Tensor = { dtype: "f32", dims: from!.dims, data: Float64Array.from(read(from!)) };
    const present = maps.filter((map) => map !== null).map(readMap);
    const { data, dims } = boxes.multiLevelRoiAlign(node as never, rois, present);
    tabulate("f32", dims, ([n, c, h, w]) => {
      y!.set(address(y!, n!, c!, h!, w!), data[((n! * dims[1]! + c!) * height + h!) * width + w!]!);
      return 0;
    });
  },
  classAwareNms(f, [from, scores, classes], [kept, keptScores, count]) {
    const all = read(scores!);
    const rows = boxes.classAwareNms(f, read(from!), all, read(classes!));
    const places = Array.from({ length: f.maxKept }, (_, i) => i);
    write(
      kept!,
      places.map((i) => rows[i] ?? 0),
    );
    write(
      keptScores!,
      places.map((i) => (i < rows.length ? all[rows[i]!]! : Number.NEGATIVE_INFINITY)),
    );
    count!.set(0, rows.length);
  },
};

function read(operand: Operand): number[] {
  expectDense(operand);
  return Array.from({ length: operand.extent }, (_, i) => operand.get(i));
}

function write(operand: Operand, values: readonly number[]): void {
  expectDense(operand);
  if (operand.extent !== values.length) throw new Error("a step does not fill its output");
  values.forEach((value, i) => {
    operand.set(i, value);
  });
}

function address({ dims, layout, pixelStride }: Operand, n: number, c: number, h: number, w: number): number {
  if (layout !== "nhwc") throw new Error("a map is not nhwc");
  return ((n * dims[2]! + h) * dims[3]! + w) * pixelStride + c;
}

const readMap = (map: Operand): Tensor =>
  tabulate("f32", map.dims, ([n, c, h, w]) => map.get(address(map, n!, c!, h!, w!)));
