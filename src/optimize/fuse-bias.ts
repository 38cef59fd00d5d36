import { sameDims } from "../graph/shapes/check.ts";
import { alongAxis, constantF32, isConstantF32 } from "./channels.ts";
import type { Pass } from "./pass.ts";

/** matmul + constant along the last axis -> the matmul's bias (added to one it has). Convolutions: see fold-batch-norm. */
export const fuseBias: Pass = {
  name: "fuse-bias",
  run(graph) {
    let changes = 0;
    for (const add of graph.nodes("binary")) {
      if (add.op !== "add") continue;
      const [a, b] = add.inputs;
      const constantIsLeft = isConstantF32(a);
      const product = constantIsLeft ? b : a;
      const matmul = graph.producer(product);
      if (matmul?.kind !== "matmul" || matmul.activation !== null || graph.soleUser(product) !== add)
        continue;
      const { dims } = add.outputs[0]!;
      const added = alongAxis(constantIsLeft ? a : b, dims, dims.length - 1);
      const bias = matmul.inputs[2] === null ? new Float32Array(dims.at(-1)!) : constantF32(matmul.inputs[2]);
      if (added === null || bias === null || !sameDims(product.dims, dims)) continue;
      const [data] = graph.memo.derive("a + b", [bias, added], () => [bias.map((v, n) => v + added[n]!)]);
      const sum = graph.constant(`${add.name}.bias`, data!, [bias.length]);
      graph.setInputs(matmul, [matmul.inputs[0], matmul.inputs[1], sum]);
      matmul.activation = add.activation;
      graph.absorb(matmul, add);
      changes++;
    }
    return changes;
  },
};
