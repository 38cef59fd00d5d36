/** A network of nothing but one convolution, several times by each algorithm: what is run to measure it. */
import { GraphBuilder } from "../graph/builder.ts";
import { elementCount, type Value } from "../graph/graph.ts";
import type { ConvAlgorithm } from "../plan/conv-algorithm.ts";
import type { ConvSite } from "../plan/conv-site.ts";
import { buildPlan } from "../plan/lower.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Weights of a trial, as often as algorithms use them: far more than second-level caches hold, so that each use finds its
 * own where those of a whole network would be, in the last level or behind it.
 */
const COLD_BYTES = 24 * 2 ** 20;
const MOST_COPIES = 24;
/** Pixels of all copies of one algorithm: where weights come from hardly matters where they serve so many. */
const MOST_PIXELS = 2 ** 13;
/** A convolution that may need more is not measured. */
const MOST_BYTES = 2 ** 29;
/** An algorithm's form of the weights is at most so many times as large. */
const MOST_GROWTH = 4;

export interface Trial {
  readonly plan: Plan;
  readonly inputs: readonly Float32Array[];
  /** What computes each conv step of the plan, in its order. */
  readonly order: readonly ConvAlgorithm[];
  /** How often each algorithm is in it. */
  readonly copies: number;
}

/**
 * Each copy has weights of its own. In every second one the algorithms come in reverse, so that each follows others. The
 * input is read as other steps leave it, nhwc; bias and activation, which cost next to nothing, are left out.
 * @returns null for a convolution too large to measure
 */
export function makeTrial(site: ConvSite, algorithms: readonly ConvAlgorithm[]): Trial | null {
  const { batch, channels, input, output, kernel, group, prologue } = site;
  const weightDims = [channels[1], channels[0] / group, ...kernel];
  const weights = elementCount(weightDims);
  const used = 4 * weights * algorithms.length;
  const pixels = batch * output[0] * output[1];
  const copies = Math.min(MOST_COPIES, Math.ceil(COLD_BYTES / used), Math.ceil(MOST_PIXELS / pixels));
  const maps = [[batch, ...input, channels[0]], ...(site.residual ? [[batch, ...output, channels[1]]] : [])];
  const moved = maps.reduce((sum, dims) => sum + elementCount(dims), pixels * channels[1]);
  if (4 * moved + copies * used * (1 + MOST_GROWTH) > MOST_BYTES) return null;

  const builder = new GraphBuilder();
  const values = maps.map((dims, i) => nchw(builder, builder.input(`map${i}`, "f32", dims)));
  const vector = (): Value => builder.constant("", noise(channels[0]), [channels[0]]);
  const [scale, shift] = prologue.norm ? [vector(), vector()] : [null, null];
  const pool = noise(weights + copies * SHIFT);
  const order: ConvAlgorithm[] = [];
  for (let copy = 0; copy < copies; copy++) {
    const data = pool.subarray(copy * SHIFT, copy * SHIFT + weights);
    const weight = builder.constant(`w${copy}`, data, weightDims);
    for (const algorithm of copy % 2 === 0 ? algorithms : algorithms.toReversed()) {
      order.push(algorithm);
      builder.add("conv", {
        inputs: [values[0] as Value, weight, null, values[1] ?? null, scale, shift, null],
        kernel: [...kernel],
        strides: [...site.strides],
        pads: [...site.pads],
        dilations: [...site.dilations],
        group,
        preRelu: prologue.relu,
        prePool: prologue.pool && {
          kernel: [...prologue.pool.kernel],
          strides: [...prologue.pool.strides],
        },
      });
    }
  }
  // The convolutions' results are nobody's: a plan needs some output, and the shortest there is costs nothing.
  const graph = builder.finish("trial", [builder.constant("end", Float32Array.of(0), [1])]);
  let next = 0;
  const plan = buildPlan(graph, { chooseConv: () => order[next++] as ConvAlgorithm });
  return { plan, inputs: maps.map((dims) => noise(elementCount(dims))), order, copies };
}

/** Weights of copies are the same numbers from other places on: only their memory has to differ. */
const SHIFT = 16;

/** A map that lies as NHWC. */
const nchw = (builder: GraphBuilder, map: Value): Value =>
  builder.add("transpose", { inputs: [map], perm: [0, 3, 1, 2] })[0] as Value;

/** Uniform in -1 .. 1 from a fixed seed: no subnormal numbers, which would take longer. Long arrays repeat. */
function noise(count: number): Float32Array {
  const data = new Float32Array(count);
  const own = Math.min(count, 1 << 16);
  let state = 1;
  for (let i = 0; i < own; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = (state + 1) / 2 ** 31 - 1;
  }
  for (let filled = own; filled < count; filled *= 2)
    data.copyWithin(filled, 0, Math.min(filled, count - filled));
  return data;
}
