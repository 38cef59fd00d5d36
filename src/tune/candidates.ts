/** Which algorithms are worth measuring for a convolution, and under which name their times are kept. */
import { admissibleAlgorithms, type ConvAlgorithm } from "../plan/conv-algorithm.ts";
import type { ConvSite } from "../plan/conv-site.ts";

/** Milliseconds of one run of a convolution by each algorithm that was measured. */
export type Times = Readonly<Partial<Record<ConvAlgorithm, number>>>;

/** "gemm" and "depthwise" are what "auto" means. */
const MEASURED: readonly ConvAlgorithm[] = ["auto", "winograd2", "winograd4", "strassen"];

/** The algorithms among which measurements may choose; fewer than two: there is nothing to measure. */
export function candidates(site: ConvSite): ConvAlgorithm[] {
  const admissible = admissibleAlgorithms(site);
  return MEASURED.filter((algorithm) => admissible.includes(algorithm));
}

/**
 * Equal for convolutions that take the same time: "n1 64x56x56 norm relu 1x1/1x1 d1x1 p0,0,0,0 g1 128 add". Neither its
 * name nor where its rounding does harm is part of it, so that networks share what was measured.
 */
export function siteKey(site: ConvSite): string {
  const { batch, channels, input, kernel, strides, dilations, pads, group, prologue, residual } = site;
  const { norm, relu, pool } = prologue;
  const by = (pair: readonly [number, number]): string => pair.join("x");
  return [
    `n${batch}`,
    `${channels[0]}x${by(input)}`,
    ...(norm ? ["norm"] : []),
    ...(relu ? ["relu"] : []),
    ...(pool === null ? [] : [`mean${by(pool.kernel)}/${by(pool.strides)}`]),
    `${by(kernel)}/${by(strides)}`,
    `d${by(dilations)}`,
    `p${pads.join()}`,
    `g${group}`,
    String(channels[1]),
    ...(residual ? ["add"] : []),
  ].join(" ");
}

/** Measured differences below this are noise: the cost model's choice stays. */
const MARGIN = 0.03;

/**
 * The fastest of the candidates, where it is faster than what the cost model chose by more than the margin. null: one
 * of them was not measured. Whatever the times are, the answer is one of the candidates.
 */
export function fastest(
  times: Times,
  among: readonly ConvAlgorithm[],
  usual: ConvAlgorithm,
): ConvAlgorithm | null {
  let best: ConvAlgorithm = usual;
  for (const algorithm of among) {
    const ms = times[algorithm];
    if (ms === undefined) return null;
    if (ms < (times[best] ?? Number.POSITIVE_INFINITY)) best = algorithm;
  }
  const [least, before] = [times[best] as number, times[usual] ?? Number.POSITIVE_INFINITY];
  return least < before * (1 - MARGIN) ? best : usual;
}
