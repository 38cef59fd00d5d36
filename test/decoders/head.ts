/** A network whose outputs are its inputs: raw maps go in, and what a decoder makes of them comes out. */
import type { OnnxModel } from "../../src/onnx/model.ts";
import type { LevelData, Read } from "./reference.ts";

export interface RawOutput {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export function identityNetwork(outputs: readonly RawOutput[], opset = 17): OnnxModel {
  const picture = { name: "image", type: "float", dims: [1, 3, "H", "W"] } as const;
  return {
    irVersion: 8,
    producerName: "test",
    producerVersion: "",
    opsets: { "": opset },
    metadata: {},
    graph: {
      name: "raw",
      nodes: outputs.map(({ name }) => ({
        name,
        op: "Identity",
        domain: "",
        inputs: [`raw_${name}`],
        outputs: [name],
        attributes: {},
      })),
      initializers: [],
      inputs: [
        picture,
        // Rows have three dimensions: beside them the picture is the only input with four.
        ...outputs.map(({ name, dims }) => ({ name: `raw_${name}`, type: "float", dims }) as const),
      ],
      outputs: outputs.map(({ name, dims }) => ({ name, type: "float", dims })),
    },
  };
}

export type Layout = "map" | "map5" | "rows";

/** Dims of one level's output. */
export function dimsOf(layout: Layout, height: number, width: number, anchors: number, columns: number) {
  if (layout === "map") return [1, anchors * columns, height, width];
  if (layout === "map5") return [1, anchors, height, width, columns];
  return [1, height * width * anchors, columns];
}

export function reader(
  data: Float32Array,
  layout: Layout,
  height: number,
  width: number,
  anchors: number,
  columns: number,
): Read {
  return (column, a, y, x) => {
    if (layout === "map") return data[((a * columns + column) * height + y) * width + x]!;
    if (layout === "map5") return data[((a * height + y) * width + x) * columns + column]!;
    return data[((y * width + x) * anchors + a) * columns + column]!;
  };
}

/** The places of all levels in one list, as rows [1, n, columns] or, transposed, [1, columns, n]. */
export function rowLevel(data: Float32Array, count: number, columns: number, transposed: boolean): LevelData {
  const scores: Read = (column, _, __, x) => data[transposed ? column * count + x : x * columns + column]!;
  return { height: 1, width: count, scores, deltas: scores };
}
