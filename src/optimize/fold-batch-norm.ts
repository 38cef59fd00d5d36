import type { ConvNode, ConvTransposeNode, MatmulNode, Node, ScaleShiftNode, Value } from "../graph/graph.ts";
import { constantF32, foldableWeight, isAll, scaleBlocks, type WeightBlocks } from "./channels.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

type Linear = ConvNode | ConvTransposeNode | MatmulNode;

/**
 * A scaleShift behind a linear node goes into it:
 *   s[o] (sum w[o, ..] x + b[o]) + t[o] = s[o] sum w[o, ..] x + (s[o] b[o] + t[o]).
 * A convolution takes s as its postScale: its weights stay the file's, to the bit, and are not copied. (Rounding scaled
 * weights shifts all pixels of an even region alike, and deep networks enlarge that.) Other nodes' weights are scaled
 * in double and rounded to f32 once. The node's result must have no other reader, and nothing (residual, activation)
 * may stand between.
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
  const bias = constantF32(linear.inputs[2]);
  if (scale === null || shift === null) return false;
  if (linear.inputs[2] !== null && bias === null) return false;
  if (graph.soleUser(linear.outputs[0]!) !== node) return false;
  if (linear.kind === "convTranspose" && node.activation !== null) return false;
  const inputs = [...linear.inputs] as (Value | null)[];
  if (!isAll(scale, 1)) {
    const scaled =
      linear.kind === "conv" ? postScale(graph, linear, node, scale) : scaledWeight(graph, linear, scale);
    if (scaled === null) return false;
    inputs[linear.kind === "conv" ? 6 : 1] = scaled;
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

/** The convolution's postScale when its result is to be scaled further. */
function postScale(graph: Rewriter, conv: ConvNode, node: ScaleShiftNode, scale: Float32Array): Value | null {
  const before = constantF32(conv.inputs[6]);
  if (conv.inputs[6] !== null && before === null) return null;
  const [product] =
    before === null
      ? [scale]
      : graph.memo.derive("s * s'", [before, scale], () => [before.map((s, o) => s * scale[o]!)]);
  return graph.constant(`${node.name}.scale`, product!, [scale.length]);
}

function scaledWeight(graph: Rewriter, linear: Exclude<Linear, ConvNode>, scale: Float32Array): Value | null {
  const [, weight] = linear.inputs;
  const data = foldableWeight(graph, weight);
  if (data === null) return null;
  const scaled = scaleBlocks(graph.memo, data, scale, outputBlocks(linear));
  return graph.constant(`${weight.name}.scaled`, scaled, weight.dims);
}

/** Which output channel each run of `size` consecutive weights contributes to. */
function outputBlocks(linear: Exclude<Linear, ConvNode>): WeightBlocks {
  const { dims } = linear.inputs[1];
  switch (linear.kind) {
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
