import type { ConvNode, MatmulNode, ScaleShiftNode, Value } from "../graph/graph.ts";
import { constantF32, foldableWeight, isAll, scaleBlocks, type WeightBlocks } from "./channels.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * A scaleShift without activation in front of a linear node goes into its weights:
 *   sum w[o, c, ..] (s[c] x + t[c]) + b[o] = sum (w[o, c, ..] s[c]) x + (b[o] + sum w[o, c, ..] t[c]),
 * the last sum times the convolution's postScale[o] if it has one.
 * Zero padding comes after the scaleShift, and a padded zero would miss its t[c]: with a non-zero shift the
 * convolution must be unpadded. A mean in between (prePool) does not matter: it is linear and keeps constants.
 */
export const foldInputScale: Pass = {
  name: "fold-input-scale",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("scaleShift")) {
      if (node.activation !== null) continue;
      const user = graph.soleUser(node.outputs[0]!);
      if (user?.kind === "conv" && user.inputs[0] === node.outputs[0]! && foldIntoConv(graph, node, user))
        changes++;
      if (
        user?.kind === "matmul" &&
        user.inputs[0] === node.outputs[0]! &&
        foldIntoMatmul(graph, node, user)
      ) {
        changes++;
      }
    }
    return changes;
  },
};

function foldIntoConv(graph: Rewriter, node: ScaleShiftNode, conv: ConvNode): boolean {
  const shift = constantF32(node.inputs[2]);
  if (conv.inputs[4] !== null || conv.preRelu || shift === null) return false;
  if (!isAll(shift, 0) && conv.pads.some((p) => p !== 0)) return false;
  const [outputs, perGroup, height, width] = conv.inputs[1].dims as [number, number, number, number];
  const outputOf = (block: number): number => Math.floor(block / perGroup);
  return foldIntoWeights(graph, node, conv, outputs, outputOf, {
    name: `conv ${outputs} ${perGroup} ${conv.group}`,
    size: height * width,
    channelOf: (block) => {
      const group = Math.floor(outputOf(block) / (outputs / conv.group));
      return group * perGroup + (block % perGroup);
    },
  });
}

function foldIntoMatmul(graph: Rewriter, node: ScaleShiftNode, matmul: MatmulNode): boolean {
  const [a, b] = matmul.inputs;
  // Axis 1 of a must be the summed axis, and b one matrix.
  if (a.dims.length !== 2 || matmul.transA || b.dims.length !== 2) return false;
  const columns = b.dims[1]!;
  const outputs = matmul.outputs[0]!.dims[1]!;
  const row = (i: number): number => Math.floor(i / columns);
  const column = (i: number): number => i % columns;
  const blocks = (name: string, channelOf: (i: number) => number): WeightBlocks => ({
    name: `${name} ${columns}`,
    size: 1,
    channelOf,
  });
  return matmul.transB
    ? foldIntoWeights(graph, node, matmul, outputs, row, blocks("columns", column))
    : foldIntoWeights(graph, node, matmul, outputs, column, blocks("rows", row));
}

/** `outputOf(block)`: the output channel of a run of weights; `blocks` says their input channel. */
function foldIntoWeights(
  graph: Rewriter,
  node: ScaleShiftNode,
  linear: ConvNode | MatmulNode,
  outputs: number,
  outputOf: (block: number) => number,
  blocks: WeightBlocks,
): boolean {
  const scale = constantF32(node.inputs[1]);
  const shift = constantF32(node.inputs[2]);
  const weight = foldableWeight(graph, linear.inputs[1]);
  const oldBias = constantF32(linear.inputs[2]);
  const postScale = linear.kind === "conv" ? linear.inputs[6] : null;
  const factors = constantF32(postScale);
  if (scale === null || shift === null || weight === null) return false;
  if ((linear.inputs[2] !== null && oldBias === null) || (postScale !== null && factors === null))
    return false;
  const alpha = linear.kind === "matmul" ? linear.alpha : 1;
  const what = `b + ${alpha} * sum w t by ${blocks.name} of ${blocks.size}`;
  const sources = [oldBias, weight, shift, factors].filter((data) => data !== null);
  const [bias] = graph.memo.derive(`${what}, ${oldBias !== null}, ${factors !== null}`, sources, () => {
    const sums = new Float64Array(outputs);
    for (let block = 0; block * blocks.size < weight.length; block++) {
      let sum = 0;
      for (let i = block * blocks.size; i < (block + 1) * blocks.size; i++) sum += weight[i]!;
      sums[outputOf(block)]! += alpha * sum * shift[blocks.channelOf(block)]!;
    }
    return [Float32Array.from(sums, (sum, o) => (oldBias?.[o] ?? 0) + sum * (factors?.[o] ?? 1))];
  });
  const scaled = scaleBlocks(graph.memo, weight, scale, blocks);
  const inputs = [...linear.inputs] as (Value | null)[];
  inputs[0] = node.inputs[0];
  inputs[1] = graph.constant(`${linear.inputs[1].name}.scaled`, scaled, linear.inputs[1].dims);
  inputs[2] = graph.constant(`${linear.name}.bias`, bias!, [outputs]);
  graph.setInputs(linear, inputs as never);
  graph.remove(node);
  return true;
}
