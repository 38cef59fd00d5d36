import type { ConvNode, ConvTransposeNode, MatmulNode, Node, ScaleShiftNode, Value } from "../graph/graph.ts";
import { constantF32, foldableWeight, isAll, scaleBlocks, type WeightBlocks } from "./channels.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

type Linear = ConvNode | ConvTransposeNode | MatmulNode;

/**
 * A scaleShift behind a linear node goes into its weights:
 *   s[o] (sum w[o, ..] x + b[o]) + t[o] = sum (s[o] w[o, ..]) x + (s[o] b[o] + t[o]).
 * Products are formed in double and rounded to f32 once, so each weight is off by at most half an ulp. The node's
 * result must have no other reader, and nothing (residual, activation) may stand between.
 */
export const foldBatchNorm: Pass = {
  name: "fold-batch-norm",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("scaleShift")) {
      const linear = graph.producer(node.inputs[0]);
      if (linear !== undefined && isPlainLinear(linear) && fold(graph, linear, node)) changes++;
    }
    return changes;
  },
};

function isPlainLinear(node: Node): node is Linear {
  if (node.kind === "conv") return node.activation === null && node.inputs[3] === null;
  // scaleShift acts on axis 1, which is a matmul's column axis only in rank 2.
  if (node.kind === "matmul") return node.activation === null && node.outputs[0]!.dims.length === 2;
  return node.kind === "convTranspose";
}

function fold(graph: Rewriter, linear: Linear, node: ScaleShiftNode): boolean {
  const scale = constantF32(node.inputs[1]);
  const shift = constantF32(node.inputs[2]);
  const weight = foldableWeight(graph, linear.inputs[1]);
  const bias = constantF32(linear.inputs[2]);
  if (scale === null || shift === null || weight === null) return false;
  if (linear.inputs[2] !== null && bias === null) return false;
  if (graph.soleUser(linear.outputs[0]!) !== node) return false;
  if (linear.kind === "convTranspose" && node.activation !== null) return false;
  const inputs = [...linear.inputs] as (Value | null)[];
  if (!isAll(scale, 1)) {
    const scaled = scaleBlocks(graph.memo, weight, scale, outputBlocks(linear));
    inputs[1] = graph.constant(`${linear.inputs[1].name}.scaled`, scaled, linear.inputs[1].dims);
  }
  const [shifted] =
    bias === null
      ? [shift]
      : graph.memo.derive("b * s + t", [bias, scale, shift], () => [
          bias.map((b, o) => b * scale[o]! + shift[o]!),
        ]);
  inputs[2] = graph.constant(`${node.name}.bias`, shifted, [shifted.length]);
  graph.setInputs(linear, inputs as never);
  if (linear.kind !== "convTranspose") linear.activation = node.activation;
  graph.absorb(linear, node);
  return true;
}

/** Which output channel each run of `size` consecutive weights contributes to. */
function outputBlocks(linear: Linear): WeightBlocks {
  const { dims } = linear.inputs[1];
  switch (linear.kind) {
    case "conv": // [O, C / group, kh, kw]
      return eachBlock(dims[1]! * dims[2]! * dims[3]!);
    case "convTranspose": {
      // [C, O / group, kh, kw]: input channel c belongs to group floor(c / (C / group)).
      const [inputs, outputsPerGroup] = dims as [number, number];
      const channelOf = (block: number): number => {
        const group = Math.floor(block / outputsPerGroup / (inputs / linear.group));
        return group * outputsPerGroup + (block % outputsPerGroup);
      };
      const name = `convTranspose ${inputs} ${outputsPerGroup} ${linear.group}`;
      return { name, size: dims[2]! * dims[3]!, channelOf };
    }
    case "matmul":
      return linear.transB
        ? eachBlock(dims[1]!)
        : { name: `columns ${dims[1]}`, size: 1, channelOf: (block) => block % dims[1]! };
  }
}

const eachBlock = (size: number): WeightBlocks => ({ name: "rows", size, channelOf: (block) => block });
