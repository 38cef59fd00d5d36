import type { ConvNode, PoolNode } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";

/**
 * An average pool behind a 1x1 convolution moves into that convolution's input:
 *   mean_p(sum_c w[o, c] x[c, p] + b[o]) = sum_c w[o, c] mean_p(x[c, p]) + b[o],
 * exact because both are linear and the bias is constant under averaging. A 2x2 pool saves 3/4 of the
 * multiplications (DenseNet's transitions). Every window must lie inside the map, and the maps must shrink by half
 * or more, since now the (more numerous) input channels are pooled.
 */
export const poolBeforeConv: Pass = {
  name: "pool-before-conv",
  run(graph) {
    let changes = 0;
    for (const conv of graph.nodes("conv")) {
      const pool = graph.soleUser(conv.outputs[0]!);
      if (pool?.kind !== "pool" || !isPointwise(conv) || !isPlainMean(pool)) continue;
      conv.prePool = { kernel: pool.kernel, strides: pool.strides };
      graph.absorb(conv, pool);
      changes++;
    }
    return changes;
  },
};

const all = (list: readonly number[], value: number): boolean => list.every((v) => v === value);

const isPointwise = (conv: ConvNode): boolean =>
  all(conv.kernel, 1) &&
  all(conv.strides, 1) &&
  all(conv.pads, 0) &&
  conv.group === 1 &&
  conv.prePool === null &&
  conv.inputs[3] === null &&
  conv.activation === null;

function isPlainMean(pool: PoolNode): boolean {
  const input = pool.inputs[0].dims.slice(2);
  const output = pool.outputs[0]!.dims.slice(2);
  const inside = output.every((n, i) => (n - 1) * pool.strides[i]! + pool.kernel[i]! <= input[i]!);
  const shrinks = 2 * output[0]! * output[1]! <= input[0]! * input[1]!;
  return pool.mode === "average" && all(pool.pads, 0) && all(pool.dilations, 1) && inside && shrinks;
}
