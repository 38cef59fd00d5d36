/**
 * Where larger rounding errors do no harm: values that only reach the network's outputs through a mean over the map and
 * through another product. Errors of single pixels then average out, as in a classifier, and equal channels stay equal.
 * Boxes and maps are answers of single pixels: their networks have no such values.
 */
import type { Graph, Node, Value } from "../graph/graph.ts";

/** What lies on every way from a value to the outputs. */
interface Ahead {
  readonly mean: boolean;
  readonly product: boolean;
}

const NOTHING: Ahead = { mean: false, product: false };
/** Of a value that nothing uses. */
const ALL: Ahead = { mean: true, product: true };

export function averagedValues(graph: Graph): Set<Value> {
  const ahead = new Map<Value, Ahead>(graph.outputs.map((value) => [value, NOTHING]));
  const meet = (value: Value, way: Ahead): void => {
    const known = ahead.get(value) ?? ALL;
    ahead.set(value, { mean: known.mean && way.mean, product: known.product && way.product });
  };
  for (const node of graph.nodes.toReversed()) {
    const behind = node.outputs
      .map((value) => (value === null ? ALL : (ahead.get(value) ?? ALL)))
      .reduce((a, b) => ({ mean: a.mean && b.mean, product: a.product && b.product }), ALL);
    const mean = behind.mean || averagesMap(node);
    for (const [index, value] of node.inputs.entries())
      if (value !== null) meet(value, { mean, product: behind.product || multiplies(node, index) });
  }
  return new Set([...ahead].filter(([, { mean, product }]) => mean && product).map(([value]) => value));
}

/** Whether every element of the result sums over many of input `index`: not what is added to the product. */
function multiplies({ kind }: Node, index: number): boolean {
  return kind === "matmul" || ((kind === "conv" || kind === "convTranspose") && index === 0);
}

function averagesMap(node: Node): boolean {
  if (node.kind === "reduce")
    return (node.op === "mean" || node.op === "sum") && [2, 3].every((axis) => node.axes.includes(axis));
  if (node.kind !== "pool" || node.mode !== "average") return false;
  const [, , height, width] = node.inputs[0].dims;
  return node.kernel[0] >= height! && node.kernel[1] >= width!;
}
