/** What convolution and matrix product share: the tiles of gemm.wgsl and the packing of B. */
import { type Dispatch, type Memory, type Operand, TYPES, type WeightForm } from "../dispatch.ts";

/** What packed matrices are filled up to. */
const COLUMNS = 32;
const DEPTH = 32;

const up = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** `count` matrices B(item, k, column), each [k][columns] filled up with zeros. */
export function packedB(
  tensor: number,
  form: string,
  sizes: { readonly count: number; readonly k: number; readonly n: number },
  index: (item: number, k: number, column: number) => number,
): WeightForm {
  const { count, k, n } = sizes;
  const width = up(n, COLUMNS);
  const matrix = up(Math.max(k, 1), DEPTH) * width;
  return {
    tensor,
    form,
    floats: count * matrix,
    pack(raw, target) {
      for (let item = 0; item < count; item++) {
        for (let depth = 0; depth < k; depth++) {
          const row = item * matrix + depth * width;
          for (let column = 0; column < n; column++) target[row + column] = raw[index(item, depth, column)]!;
        }
      }
    },
  };
}

/** Numbers of params that only convolutions have. */
export const NO_CONV = {
  post_scale: 0,
  pre_scale: 0,
  pre_shift: 0,
  residual: 0,
  residual_stride: 0,
  height: 0,
  width: 0,
  pixel_stride: 0,
  input_height: 0,
  input_width: 0,
  out_height: 1,
  out_width: 1,
  channels: 1,
  kernel_width: 1,
  stride_h: 1,
  stride_w: 1,
  pad_top: 0,
  pad_left: 0,
  dilation_h: 1,
  dilation_w: 1,
  pool_h: 1,
  pool_w: 1,
  pool_stride_h: 1,
  pool_stride_w: 1,
};

export interface Product {
  readonly schedule: Schedule;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Kernel positions, which share the depth. */
  readonly taps: number;
  readonly items: number;
  readonly x: Operand;
  /** Where it is computed; null: `weights`. */
  readonly b: Operand | null;
  readonly y: Operand;
  /** Whether what is read and written in fours may start at multiples of four elements. */
  readonly aQuads: boolean;
  readonly yQuads: boolean;
  /** First elements and strides, all of which decide how wide the loads are. */
  readonly aligned: readonly number[];
  readonly constants: Readonly<Record<string, number | boolean>>;
  readonly params: Readonly<Record<string, number | readonly number[]>>;
  readonly weights: WeightForm | undefined;
}

/** How a device computes products best. */
export interface Schedule {
  /** Whether workgroups share what they read, and meet at barriers; otherwise tiles are small. */
  readonly tiled: boolean;
  /** Tiles become larger, and are read less often, as long as there are that many workgroups. */
  readonly leastGroups: number;
}

/** Of the kernel: rows of an invocation, and quads of depth that lie in workgroup memory, 14 KB at most. */
export const TILES = [
  { ROWS: 8, DEPTH: 4 },
  { ROWS: 4, DEPTH: 8 },
  { ROWS: 2, DEPTH: 8 },
  { ROWS: 1, DEPTH: 8 },
] as const;

/** The largest of which most rows are used, with enough workgroups. */
const tileFor = ({ tiled, leastGroups }: Schedule, m: number, n: number, items: number) =>
  TILES.find(
    ({ ROWS }) =>
      (tiled || ROWS <= 2) &&
      m > ROWS * 4 &&
      Math.ceil(m / (ROWS * 8)) * Math.ceil(n / COLUMNS) * items >= leastGroups,
  ) ?? TILES[3];

export function gemmDispatch(product: Product): Dispatch {
  const { m, n, k, items, x, y, weights, schedule } = product;
  const tile = tileFor(schedule, m, n, items);
  const rowTiles = Math.ceil(m / (tile.ROWS * 8));
  const columnTiles = Math.ceil(n / COLUMNS);
  const even = product.aligned.every((number) => number % 4 === 0);
  const half = x.type === TYPES.f16 || y.type === TYPES.f16;
  // Quads of halves start at whole words only where everything is a multiple of four.
  const aQuads = product.aQuads && (even || x.type !== TYPES.f16);
  const yQuads = product.yQuads && (even || y.type !== TYPES.f16);
  const taps = aQuads ? product.taps : 1;
  const wide = even && aQuads && yQuads;
  const memory: Memory = wide ? (half ? "pairs" : "quads") : half && !yQuads ? "atomics" : "words";
  return {
    kernel: "gemm",
    memory,
    sizes: tile,
    constants: {
      ...product.constants,
      TILED: schedule.tiled,
      A_QUADS: aQuads,
      Y_QUADS: yQuads,
      B_ARENA: weights === undefined,
      X_TYPE: x.type,
      B_TYPE: product.b?.type ?? TYPES.f32,
      Y_TYPE: y.type,
    },
    params: {
      m,
      n,
      k,
      taps,
      span: k / taps,
      items,
      row_tiles: rowTiles,
      column_tiles: columnTiles,
      weight_item: (up(Math.max(k, 1), DEPTH) * up(n, COLUMNS)) / 4,
      weight_row: up(n, COLUMNS) / 4,
      x: x.at,
      y: y.at,
      ...product.params,
    },
    workgroups: rowTiles * columnTiles * items,
    ...(weights === undefined ? {} : { weights }),
  };
}
