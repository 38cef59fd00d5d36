/**
 * Which algorithm computes a convolution, from its shape alone: a plan means the same numbers on every machine. Core
 * and plan agree on 0 ("auto"): depthwise where it is one, else the matrix product; Winograd only runs where a plan says so.
 *
 * The cost of a layer is counted in multiply-accumulates at the processor's peak; measurements in bench/NOTES.md.
 */
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
}

export type ChooseConv = (shape: ConvShape) => ConvAlgorithm;

/** Reading a weight that only the last-level cache or memory holds takes as long as so many multiply-accumulates. */
const WEIGHT = 5;
/** The matrix product's own cost above its multiplications: packing the rows of A. */
const PACKING = 1.05;

/** Winograd F(m x m, 3 x 3): (m + 2)^2 products for m^2 pixels, and the transforms of one channel of a tile. */
const WINOGRAD = [
  { name: "winograd2", m: 2, transform: 80 },
  { name: "winograd4", m: 4, transform: 300 },
] as const;
/** Of so few channels the sums are short: the transforms' rounding, and their time, would weigh most. */
const LEAST_CHANNELS = 16;

/** Whether Winograd's algorithms can compute a layer at all. */
export function fitsWinograd({ kernel, strides, dilations, group }: ConvShape): boolean {
  return kernel.every((k) => k === 3) && [...strides, ...dilations, group].every((one) => one === 1);
}

/** The algorithm of the least cost. */
export const chooseConvAlgorithm: ChooseConv = (shape) => {
  const { batch, channels, output, constantWeights, pooled } = shape;
  if (!fitsWinograd(shape) || !constantWeights || pooled || Math.min(...channels) < LEAST_CHANNELS)
    return "auto";
  const [input, out] = channels;
  const filters = input * out;
  let best: ConvAlgorithm = "auto";
  let least = 9 * filters * (batch * output[0] * output[1] * PACKING + WEIGHT);
  for (const { name, m, transform } of WINOGRAD) {
    const tiles = batch * Math.ceil(output[0] / m) * Math.ceil(output[1] / m);
    const products = (m + 2) ** 2 * filters;
    const cost = tiles * (products + transform * (input + out)) + products * WEIGHT;
    if (cost < least) {
      best = name;
      least = cost;
    }
  }
  return best;
};
