import type { Node, ReshapeNode, TransposeNode, Value } from "../graph/graph.ts";
import { sameDims } from "../graph/shapes/check.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * Data movement that moves nothing goes away, chains become one node, and a transpose that keeps the order of all
 * axes longer than 1 becomes a reshape (which costs nothing in a row-major layout).
 */
export const eliminateIdentity: Pass = {
  name: "eliminate-identity",
  run(graph) {
    let changes = 0;
    for (const node of graph.all()) {
      const source = unchangedInput(node);
      if (source !== null && graph.bypass(node, source)) changes++;
      else if (node.kind === "transpose" && (mergeTransposes(graph, node) || reshapeInstead(graph, node)))
        changes++;
      else if (node.kind === "reshape" && mergeReshapes(graph, node)) changes++;
    }
    return changes;
  },
};

/** The input that this node's output equals, element by element and in dims; null where it differs. */
function unchangedInput(node: Node): Value | null {
  const output = node.outputs[0]!;
  const same = (x: Value): Value | null => (sameDims(x.dims, output.dims) ? x : null);
  switch (node.kind) {
    case "reshape":
    case "expand":
      return same(node.inputs[0]);
    case "transpose":
      return node.perm.every((axis, i) => axis === i) ? node.inputs[0] : null;
    case "slice": // the whole axis, forwards: with equal dims every start is 0 and every step 1 (or the axis has one element)
      return node.starts.every((start) => start === 0) &&
        node.steps.every((step, i) => step === 1 || output.dims[i]! <= 1)
        ? same(node.inputs[0])
        : null;
    case "pad":
      return [...node.before, ...node.after].every((pad) => pad === 0) ? node.inputs[0] : null;
    case "concat":
      return node.inputs.length === 1 ? node.inputs[0]! : null;
    case "cast":
      return node.inputs[0].dtype === output.dtype ? node.inputs[0] : null;
    case "resample":
      return node.taps === 1 && node.weights.every((w) => w === 1) && node.indices.every((at, i) => at === i)
        ? same(node.inputs[0])
        : null;
    default:
      return null;
  }
}

/** transpose(transpose(x, p), q) = transpose(x, r) with r[i] = p[q[i]]. The inner one stays if others read it. */
function mergeTransposes(graph: Rewriter, node: TransposeNode): boolean {
  const inner = graph.producer(node.inputs[0]);
  if (inner?.kind !== "transpose") return false;
  node.perm = node.perm.map((axis) => inner.perm[axis]!);
  graph.setInputs(node, [inner.inputs[0]]);
  return true;
}

function reshapeInstead(graph: Rewriter, node: TransposeNode): boolean {
  const [x] = node.inputs;
  const long = node.perm.filter((axis) => x.dims[axis] !== 1);
  if (!long.every((axis, i) => i === 0 || axis > long[i - 1]!)) return false;
  const reshape = graph.insertBefore(
    node,
    { kind: "reshape", inputs: [x], dims: node.outputs[0]!.dims },
    node.name,
  );
  graph.absorb(reshape, node);
  return true;
}

/** Row-major order does not change: only the last dims of a chain count. */
function mergeReshapes(graph: Rewriter, node: ReshapeNode): boolean {
  const inner = graph.producer(node.inputs[0]);
  if (inner?.kind !== "reshape") return false;
  graph.setInputs(node, [inner.inputs[0]]);
  return true;
}
