import { type BinaryNode, type ConvNode, isConstant, type Value } from "../graph/graph.ts";
import { sameDims } from "../graph/shapes/check.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * conv(x) + r -> a convolution with residual r, and the addition's activation becomes the convolution's (ResNet
 * shortcuts, FPN sums). r must have exactly the output's dims and be computed (a
 * constant is laid out for element-wise addition, not as a feature map). The convolution moves to the addition's place, so
 * r is ready; when both operands are convolutions the later one takes the other as its residual.
 */
export const fuseAdd: Pass = {
  name: "fuse-add",
  run(graph) {
    let changes = 0;
    for (const add of graph.nodes("binary")) {
      if (add.op !== "add") continue;
      const [a, b] = add.inputs;
      const first = residualConv(graph, add, a, b);
      const second = residualConv(graph, add, b, a);
      const conv =
        first !== null && second !== null && graph.isBefore(first, second) ? second : (first ?? second);
      if (conv === null) continue;
      const residual = conv === first ? b : a;
      graph.setInputs(conv, conv.inputs.with(3, residual) as ConvNode["inputs"]);
      conv.activation = add.activation;
      graph.absorb(conv, add);
      changes++;
    }
    return changes;
  },
};

/** The convolution that makes `sum` and may take `residual`, or null. */
function residualConv(graph: Rewriter, add: BinaryNode, sum: Value, residual: Value): ConvNode | null {
  const conv = graph.producer(sum);
  if (conv?.kind !== "conv" || conv.inputs[3] !== null || conv.activation !== null) return null;
  const fits = !isConstant(residual) && sameDims(sum.dims, residual.dims);
  return fits && graph.soleUser(sum) === add ? conv : null;
}
