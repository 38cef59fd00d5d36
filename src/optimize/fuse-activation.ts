import type { Activation, Node, UnaryOp } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";

const ACTIVATIONS: ReadonlySet<UnaryOp> = new Set<Activation["op"]>([
  "relu",
  "clip",
  "leakyRelu",
  "sigmoid",
  "tanh",
  "silu",
  "hardSigmoid",
  "hardSwish",
]);

/** An element-wise activation that alone reads an f32 result becomes the last thing its producer does. */
export const fuseActivation: Pass = {
  name: "fuse-activation",
  run(graph) {
    let changes = 0;
    for (const unary of graph.nodes("unary")) {
      const node = graph.producer(unary.inputs[0]);
      if (node === undefined || !canActivate(node) || !ACTIVATIONS.has(unary.op)) continue;
      if (node.activation !== null || graph.soleUser(unary.inputs[0]) !== unary) continue;
      node.activation = { op: unary.op as Activation["op"], alpha: unary.alpha, beta: unary.beta };
      graph.absorb(node, unary);
      changes++;
    }
    return changes;
  },
};

type Activated = Extract<Node, { activation: Activation | null }>;
const canActivate = (node: Node): node is Activated =>
  "activation" in node && node.outputs[0]!.dtype === "f32";
