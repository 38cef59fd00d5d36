/** A dense head's outputs, whatever their layout, as rows: one per place, row major over the map, anchor innermost. */
import { SpineXRError } from "../api/errors.ts";
import type { OnnxValueInfo } from "../onnx/model.ts";
import type { NodeBuilder } from "../onnx/node-builder.ts";
import { sliceOf } from "./slice.ts";

/** What decoders see of the network. */
export interface Head {
  readonly b: NodeBuilder;
  readonly classCount: number;
  readonly inputs: readonly OnnxValueInfo[];
  /** By the name that the manifest uses. */
  readonly outputs: ReadonlyMap<string, Output>;
}

export interface Output {
  /** Name of the value in the graph. */
  readonly value: string;
  /** As the file declares them. */
  readonly dims: OnnxValueInfo["dims"];
}

/** The places of one feature level. */
export interface Grid {
  /** f32 [places, 4] corners. */
  readonly anchors: string;
  readonly anchorsPerCell: number;
  /** i64 [1]: how many places there are. */
  readonly places: string;
}

/** Dims by their number. */
const LAYOUTS = {
  3: (_: number, columns: number) => [1, null, columns] as const,
  4: (anchors: number, columns: number) => [1, anchors * columns, null, null] as const,
  5: (anchors: number, columns: number) => [1, anchors, null, null, columns] as const,
};
type Rank = keyof typeof LAYOUTS;

/**
 * Anchors of the level to which `output` belongs. The map's size is that of the output where it is a map, and the
 * picture's, divided by the stride and rounded up, where the output is rows.
 * @param anchors width and height of each, in picture pixels
 * @param offset of the first centre, in strides
 */
export function makeGrid(
  head: Head,
  name: string,
  output: string,
  stride: number,
  anchors: readonly (readonly [number, number])[],
  offset: number,
): Grid {
  const { b } = head;
  const boxes = b.spinexr("Anchors", `${name}/anchors`, [mapOf(head, name, output, stride)], {
    shapes: { floats: anchors.flat() },
    stride: { float: stride },
    offset: { float: offset },
  });
  const dims = b.node("Shape", `${name}/anchor_dims`, [boxes]);
  const places = sliceOf(b, `${name}/place_count`, dims, 0, 0, 1);
  return { anchors: boxes, anchorsPerCell: anchors.length, places };
}

/**
 * The output as f32 [places, columns].
 * @param ranks layouts that the output may have: 3 rows [1, H * W * A, C], 4 map [1, A * C, H, W], 5 map [1, A, H, W, C]
 * @throws SpineXRError INVALID_PACKAGE where the file declares other dims
 */
export function toRows(
  head: Head,
  name: string,
  output: string,
  grid: Grid,
  columns: number,
  ranks: readonly Rank[],
): string {
  const { b } = head;
  const anchors = grid.anchorsPerCell;
  const { value, rank } = checkedOutput(head, output, ranks, (r) => LAYOUTS[r](anchors, columns));
  let x = value;
  if (rank === 4) {
    const split = b.integers(`${name}/split_dims`, [anchors, columns, 0, 0]);
    x = b.node("Reshape", `${name}/split`, [value, split]);
    x = b.node("Transpose", `${name}/moved`, [x], { perm: { ints: [2, 3, 0, 1] } });
  } else if (rank === 5) {
    x = b.node("Transpose", `${name}/moved`, [value], { perm: { ints: [0, 2, 3, 1, 4] } });
  }
  const width = b.integers(`${name}/width`, [columns]);
  const dims = b.node("Concat", `${name}/dims`, [grid.places, width], { axis: { int: 0 } });
  return b.node("Reshape", `${name}/rows`, [x, dims]);
}

/**
 * An output whose declared dims are those of one of the layouts; null: any length.
 * @throws SpineXRError INVALID_PACKAGE
 */
export function checkedOutput<R extends number>(
  { outputs }: Head,
  output: string,
  ranks: readonly R[],
  expected: (rank: R) => readonly (number | null)[],
): { value: string; rank: R } {
  const { value, dims } = outputs.get(output)!;
  const wanted = ranks.map(
    (rank) =>
      `[${expected(rank)
        .map((d) => d ?? "any")
        .join(", ")}]`,
  );
  if (dims === null)
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `The ONNX file does not say how many dimensions its output "${output}" has; expected ` +
        `${wanted.join(" or ")}. Export it again with the shapes of its outputs.`,
    );
  const rank = ranks.find((r) => r === dims.length);
  if (rank === undefined || !expected(rank).every((d, i) => d === null || agrees(dims[i]!, d)))
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `The decoder of model.json expects ${wanted.join(" or ")} of the ONNX output "${output}", ` +
        `found [${dims.map((d) => d || "any").join(", ")}].`,
    );
  return { value, rank };
}

/** A symbolic dimension agrees with any length; the graph's shapes are checked again when it is made. */
const agrees = (declared: number | string, wanted: number): boolean =>
  typeof declared === "string" || declared === wanted;

/** A value with the dims [.., .., H, W] of the level's map. */
function mapOf({ b, inputs, outputs }: Head, name: string, output: string, stride: number): string {
  const { value, dims } = outputs.get(output)!;
  if (dims === null || dims.length === 4) return value; // unknown: toRows refuses it
  const isMap = dims.length === 5;
  const from = b.node("Shape", `${name}/source_dims`, [isMap ? value : pictureInput(inputs)]);
  let size = sliceOf(b, `${name}/source_size`, from, 0, 2, 4);
  if (!isMap) {
    const up = b.node("Add", `${name}/size_up`, [size, b.integers(`${name}/round_up`, [stride - 1])]);
    size = b.node("Div", `${name}/map_size`, [up, b.integers(`${name}/stride`, [stride])]);
  }
  const one = b.integers(`${name}/one_channel`, [1, 1]);
  const mapDims = b.node("Concat", `${name}/map_dims`, [one, size], { axis: { int: 0 } });
  return b.node("ConstantOfShape", `${name}/map`, [mapDims]);
}

function pictureInput(inputs: readonly OnnxValueInfo[]): string {
  const pictures = inputs.filter(({ dims }) => dims?.length === 4);
  if (pictures.length === 1) return pictures[0]!.name;
  throw new SpineXRError(
    "INVALID_PACKAGE",
    "Rows of scores need one picture input [1, 3, H, W], over which anchors are laid; the ONNX file has " +
      `${pictures.length} inputs with four dimensions.`,
  );
}
