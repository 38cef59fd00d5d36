import type { ConvNode, ScaleShiftNode, UnaryNode, Value } from "../graph/graph.ts";
import { isConstantF32 } from "./channels.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * A scaleShift with or without ReLU, or a ReLU alone, whose readers are all convolutions is computed while those
 * read their input (pre-activation networks, where it cannot go into weights across a concat):
 *   conv(pad(relu(s[c] x + t[c]))) -> conv with preScale s, preShift t, preRelu.
 * A convolution pads after its prologue, so borders stay right. When any reader is something else the result must
 * be in memory anyway, and nothing is gained. Several convolutions each repeat the little arithmetic.
 */
export const fusePrologue: Pass = {
  name: "fuse-prologue",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("scaleShift", "unary")) if (fuse(graph, node)) changes++;
    return changes;
  },
};

function fuse(graph: Rewriter, node: ScaleShiftNode | UnaryNode): boolean {
  const output = node.outputs[0]!;
  if (!isPrologue(node) || graph.isOutput(output)) return false;
  const convs = new Set<ConvNode>();
  for (const user of graph.users(output)) {
    if (user.kind !== "conv" || !takesPrologue(user, output)) return false;
    convs.add(user);
  }
  const [scale, shift] = node.kind === "scaleShift" ? [node.inputs[1], node.inputs[2]] : [null, null];
  for (const conv of convs) {
    const [, weight, bias, residual, , , postScale] = conv.inputs;
    graph.setInputs(conv, [node.inputs[0], weight, bias, residual, scale, shift, postScale]);
    conv.preRelu = node.kind === "unary" || node.activation !== null;
  }
  graph.remove(node);
  return convs.size > 0;
}

function isPrologue(node: ScaleShiftNode | UnaryNode): boolean {
  if (node.kind === "unary") return node.op === "relu";
  const constant = isConstantF32(node.inputs[1]) && isConstantF32(node.inputs[2]);
  return constant && (node.activation === null || node.activation.op === "relu");
}

/** The convolution reads `value` as its data alone and has no prologue yet (a mean may follow the prologue). */
const takesPrologue = (conv: ConvNode, value: Value): boolean =>
  conv.inputs.filter((input) => input === value).length === 1 &&
  conv.inputs[0] === value &&
  conv.inputs[4] === null &&
  !conv.preRelu;
