import { evaluate } from "../graph/evaluate.ts";
import { elementCount, isConstant, type Node, type TensorData, type Value } from "../graph/graph.ts";
import { inferOutputs } from "../graph/shapes.ts";
import { type NodeSpec, specOf } from "../graph/spec.ts";
import type { Pass } from "./pass.ts";
import type { Rewriter } from "./rewriter.ts";

/** Results up to this size are always folded. */
const SMALL = 1 << 16;
/**
 * Larger ones while the graph's constants stay below this many elements (1 GiB of f32): a small file must not be
 * able to fill the memory with expanded scalars.
 */
const MOST_HELD = 1 << 28;

/**
 * Nodes over constants become constants: what the builder left because of its size, transposed or expanded weights
 * and the like. Executors pack constant weights once, at load; left as nodes they would be computed in every run.
 */
export const foldConstants: Pass = {
  name: "fold-constants",
  run(graph) {
    let changes = 0;
    let held = sizeOf(constantsOf(graph.all()));
    for (const node of graph.all()) {
      const inputs: readonly (Value | null)[] = node.inputs;
      if (!inputs.every((value) => value === null || isConstant(value))) continue;
      const written = sizeOf(node.outputs);
      if (written > SMALL && held + written > MOST_HELD) continue;
      const spec = specOf(node);
      const results = fold(graph, spec, node.name);
      if (results === null) continue;
      node.outputs.forEach((value, i) => {
        graph.replaceValue(value, graph.constant(value.name, results[i]!, value.dims, value.dtype));
      });
      graph.remove(node);
      held += written;
      changes++;
    }
    return changes;
  },
};

/** Null where nothing computes this kind at build time. */
function fold(graph: Rewriter, spec: NodeSpec, name: string): readonly TensorData[] | null {
  const sources: TensorData[] = [];
  // Everything about the spec apart from the elements of arrays. JSON has no -0, infinities, NaN and bigints.
  const what = JSON.stringify(spec, (key, value: unknown) => {
    if (key === "id" || key === "name" || key === "stored") return undefined;
    if (typeof value === "bigint" || Object.is(value, -0))
      return `${Object.is(value, -0) ? "-0" : value} as ${typeof value}`;
    if (typeof value === "number" && !Number.isFinite(value)) return `${value}`;
    if (!ArrayBuffer.isView(value)) return value;
    sources.push(value as TensorData);
    return "array";
  });
  const make = (): readonly TensorData[] => evaluate(spec, inferOutputs(spec, name), name) ?? [];
  const results = graph.memo.derive(what, sources, make);
  return results.length > 0 ? results : null;
}

const sizeOf = (values: Iterable<Value>): number => {
  let sum = 0;
  for (const { dims } of values) sum += elementCount(dims);
  return sum;
};

function constantsOf(nodes: readonly Node[]): Set<Value> {
  const values: (Value | null)[] = nodes.flatMap((node) => node.inputs as (Value | null)[]);
  return new Set(values.filter((value) => value !== null && isConstant(value)) as Value[]);
}
