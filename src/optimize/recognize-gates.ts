import type { BinaryNode, UnaryNode, UnaryOp, Value } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/** x * sigmoid(x) = silu(x); x * hardSigmoid(x, 1/6, 1/2) = hardSwish(x): one read of x instead of three. */
export const recognizeGates: Pass = {
  name: "recognize-gates",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("binary")) {
      const [a, b] = node.inputs;
      if (rewrite(graph, node, a, b) || rewrite(graph, node, b, a)) changes++;
    }
    return changes;
  },
};

function rewrite(graph: Rewriter, node: BinaryNode, x: Value, gated: Value): boolean {
  const gate = graph.producer(gated);
  if (node.op !== "mul" || node.activation !== null || gate?.kind !== "unary" || gate.inputs[0] !== x)
    return false;
  const op = gatedForm(gate);
  if (op === null || graph.soleUser(gated) !== node) return false;
  const unary = graph.insertBefore(node, { kind: "unary", inputs: [x], op, alpha: 0, beta: 0 }, node.name);
  graph.absorb(unary, node);
  graph.remove(gate);
  return true;
}

function gatedForm(gate: UnaryNode): UnaryOp | null {
  if (gate.op === "sigmoid") return "silu";
  const isSixth = Math.abs(gate.alpha - 1 / 6) < 1e-6; // the attribute is a float32
  return gate.op === "hardSigmoid" && isSixth && gate.beta === 0.5 ? "hardSwish" : null;
}
