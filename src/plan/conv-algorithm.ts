/**
 * Which algorithm computes a convolution, from its shape alone: a plan means the same numbers on every machine. Core
 * and plan agree on 0 ("auto"): depthwise where it is one, else the matrix product; Winograd only runs where a plan says so.
 *
 * The cost of a layer is counted in multiply-accumulates at the processor's peak; measurements in bench/NOTES.md.
 */
import type { ConvSite } from "./conv-site.ts";
import type { CONV_ALGORITHMS } from "./steps.ts";

export type ConvAlgorithm = (typeof CONV_ALGORITHMS)[number];

/** What the choice may depend on. */
export interface ConvShape {
  readonly batch: number;
  /** Input and output channels. */
  readonly channels: readonly [input: number, output: number];
  /** Height and width of the output. */
  readonly output: readonly [height: number, width: number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly group: number;
  /** The weights are known when the network is loaded: they are transformed once. */
  readonly constantWeights: boolean;
  /** The input is averaged over windows on the way in, which tiles that overlap would do repeatedly. */
  readonly pooled: boolean;
  /** Its rounding errors average out before they become an answer (averaged.ts). */
  readonly averaged: boolean;
}

export type ChooseConv = (site: ConvSite) => ConvAlgorithm;

/** Reading a weight that only the last-level cache or memory holds takes as long as so many multiply-accumulates. */
const WEIGHT = 5;
/** The matrix product's own cost above its multiplications: packing the rows of A. */
const PACKING = 1.05;

/** Winograd F(m x m, 3 x 3): (m + 2)^2 products for m^2 pixels, and the transforms of one channel of a tile. */
const WINOGRAD = [
  { name: "winograd2", m: 2, transform: 80 },
  { name: "winograd4", m: 4, transform: 300 },
] as const;
/** A tile is a row of its products; with fewer, two threads wait for their own sums. */
const LEAST_TILES = 8;
/** Of so few channels the sums are short: the transforms' rounding, and their time, would weigh most. */
const LEAST_CHANNELS = 16;

/** Whether Winograd's algorithms can compute a layer at all. */
export function fitsWinograd({ kernel, strides, dilations, group }: ConvShape): boolean {
  return kernel.every((k) => k === 3) && [...strides, ...dilations, group].every((one) => one === 1);
}

/** Strassen's sums of the quarters, per element of the rows that are packed and of the result. */
const STRASSEN = { packed: 2.1, result: 5 } as const;
/** Pixels of fewer channels are packed in runs that halves would cut. */
const LEAST_HALVED = 32;
/** Half of the depth is packed at once (kPackedDepth of the core). */
const MOST_DEPTH = 2048;
/** For less its larger weights and errors are not worth it. */
const WORTHWHILE = 0.97;

/**
 * The algorithms that may compute a layer: its shape fits, and their rounding does no harm there. Whatever chooses (the
 * cost below, measurements, a caller) chooses among these; "gemm" and "depthwise" are what "auto" means.
 */
export function admissibleAlgorithms(shape: ConvShape): ConvAlgorithm[] {
  const { channels, group } = shape;
  return [
    "auto",
    "gemm",
    ...(group > 1 && group === channels[0] && group === channels[1] ? (["depthwise"] as const) : []),
    ...(admitsWinograd(shape) ? WINOGRAD.map(({ name }) => name) : []),
    ...(admitsStrassen(shape) ? (["strassen"] as const) : []),
  ];
}

/** The algorithm of the least cost. */
export function chooseConvAlgorithm(shape: ConvShape): ConvAlgorithm {
  const product = productCost(shape);
  const winograd = bestWinograd(shape);
  if (winograd !== null && winograd.cost < product) return winograd.name;
  return strassenCost(shape) < WORTHWHILE * product ? "strassen" : "auto";
}

const filterSize = ({ channels, kernel }: ConvShape): number =>
  channels[0] * channels[1] * kernel[0] * kernel[1];

function productCost(shape: ConvShape): number {
  const { batch, output } = shape;
  return filterSize(shape) * (batch * output[0] * output[1] * PACKING + WEIGHT);
}

function admitsWinograd(shape: ConvShape): boolean {
  const { channels, constantWeights, pooled } = shape;
  return fitsWinograd(shape) && constantWeights && !pooled && Math.min(...channels) >= LEAST_CHANNELS;
}

function bestWinograd(shape: ConvShape): { name: ConvAlgorithm; cost: number } | null {
  const { batch, channels, output } = shape;
  if (!admitsWinograd(shape)) return null;
  const [input, out] = channels;
  const costs = WINOGRAD.map(({ name, m, transform }) => {
    const tiles = batch * Math.ceil(output[0] / m) * Math.ceil(output[1] / m);
    const products = (m + 2) ** 2 * input * out;
    const rows = Math.max(LEAST_TILES, tiles) * products;
    return { name, cost: rows + tiles * transform * (input + out) + products * WEIGHT };
  });
  return costs.reduce((best, one) => (one.cost < best.cost ? one : best));
}

const depthOf = ({ channels, kernel }: ConvShape): number => channels[0] * kernel[0] * kernel[1];

/**
 * Its errors are bounded by the norms of whole matrices, not by each element's own terms (Higham, section 23.2.2): only
 * where they average out.
 */
function admitsStrassen(shape: ConvShape): boolean {
  const { channels, group, constantWeights, pooled, averaged } = shape;
  return (
    averaged &&
    group === 1 &&
    constantWeights &&
    !pooled &&
    channels[0] >= LEAST_HALVED &&
    depthOf(shape) <= MOST_DEPTH
  );
}

/** One level: 7 of 8 products. Rows make pairs within an image. */
function strassenCost(shape: ConvShape): number {
  if (!admitsStrassen(shape)) return Number.POSITIVE_INFINITY;
  const { batch, channels, output } = shape;
  const depth = depthOf(shape);
  const rows = batch * 2 * Math.ceil((output[0] * output[1]) / 2);
  const products = filterSize(shape) * (7 / 8 + PACKING - 1);
  const sums = STRASSEN.packed * depth + STRASSEN.result * channels[1];
  return rows * (products + sums) + (7 / 4) * filterSize(shape) * WEIGHT;
}
