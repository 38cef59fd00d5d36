import { type BinaryNode, isConstant, type ScaleShiftNode, type Value } from "../graph/graph.ts";
import { sameDims } from "../graph/shapes/check.ts";
import { alongAxis, constantF32, isConstantF32 } from "./channels.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * Arithmetic with per-channel constants becomes scaleShift, and two scaleShifts in a row become one:
 *   s2 (s1 x + t1) + t2 = (s1 s2) x + (s2 t1 + t2), computed in double.
 * Only tensors [N, C] and [N, C, H, W]: elsewhere axis 1 is not a channel axis that other passes use.
 */
export const formScaleShift: Pass = {
  name: "form-scale-shift",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("binary")) if (fromBinary(graph, node)) changes++;
    for (const node of graph.nodes("scaleShift")) if (mergeWithPrevious(graph, node)) changes++;
    return changes;
  },
};

function fromBinary(graph: Rewriter, node: BinaryNode): boolean {
  const { dims } = node.outputs[0]!;
  if (dims.length !== 2 && dims.length !== 4) return false;
  const [a, b] = node.inputs;
  const constantIsLeft = isConstantF32(a);
  const x = constantIsLeft ? b : a;
  const channels = alongAxis(constantIsLeft ? a : b, dims, 1);
  if (channels === null || isConstant(x) || !sameDims(x.dims, dims)) return false;
  const form = scaleAndShift(node.op, channels, constantIsLeft);
  if (form === null) return false;
  const [scale, shift] = form.map((data, i) =>
    graph.constant(`${node.name}.${i === 0 ? "scale" : "shift"}`, data, [data.length]),
  ) as [Value, Value];
  const scaleShift = graph.insertBefore(
    node,
    { kind: "scaleShift", inputs: [x, scale, shift], activation: node.activation },
    node.name,
  );
  graph.absorb(scaleShift, node);
  return true;
}

/** x op c (or c op x) as scale and shift; null where it is not affine in x. */
function scaleAndShift(
  op: BinaryNode["op"],
  c: Float32Array,
  constantIsLeft: boolean,
): [Float32Array, Float32Array] | null {
  const all = (value: number): Float32Array => new Float32Array(c.length).fill(value);
  switch (op) {
    case "mul":
      return [c, all(0)];
    case "add":
      return [all(1), c];
    case "sub":
      return constantIsLeft ? [all(-1), c] : [all(1), c.map((v) => -v)];
    case "div": {
      // x / c and x * (1 / c) differ by one rounding; a reciprocal that leaves the normal range would differ by more.
      const reciprocals = c.map((v) => 1 / v);
      const isNormal = reciprocals.every((v) => Number.isFinite(v) && Math.abs(v) >= 2 ** -126);
      return constantIsLeft || !isNormal ? null : [reciprocals, all(0)];
    }
    default:
      return null;
  }
}

function mergeWithPrevious(graph: Rewriter, node: ScaleShiftNode): boolean {
  const first = graph.producer(node.inputs[0]);
  if (first?.kind !== "scaleShift" || first.activation !== null) return false;
  if (graph.soleUser(first.outputs[0]!) !== node) return false;
  const [s1, t1, s2, t2] = [first.inputs[1], first.inputs[2], node.inputs[1], node.inputs[2]].map(
    constantF32,
  );
  if (!s1 || !t1 || !s2 || !t2) return false;
  const [scale, shift] = graph.memo.derive("s1 * s2, t1 * s2 + t2", [s1, t1, s2, t2], () => [
    s1.map((s, c) => s * s2[c]!),
    t1.map((t, c) => t * s2[c]! + t2[c]!),
  ]) as [Float32Array, Float32Array];
  graph.setInputs(first, [
    first.inputs[0],
    graph.constant(`${node.name}.scale`, scale, [scale.length]),
    graph.constant(`${node.name}.shift`, shift, [shift.length]),
  ]);
  first.activation = node.activation;
  graph.absorb(first, node);
  return true;
}
