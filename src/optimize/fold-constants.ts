import { evaluate } from "../graph/evaluate.ts";
import { elementCount, type Value } from "../graph/graph.ts";
import { inferOutputs } from "../graph/shapes.ts";
import { specOf } from "../graph/spec.ts";
import type { Pass } from "./pass.ts";

/** Results up to this size are folded even where they are larger than what they are made of. */
const SMALL = 1 << 16;
/** Work (elements read) above this is left to the executors. */
const LARGEST = 1 << 26;

/**
 * Nodes over constants become constants (what the builder left because of its size: transposed weights and the
 * like). A result much larger than its sources (an expanded scalar) stays a node: the model's memory must not grow.
 */
export const foldConstants: Pass = {
  name: "fold-constants",
  run(graph) {
    let changes = 0;
    for (const node of graph.all()) {
      const inputs = (node.inputs as (Value | null)[]).filter((value) => value !== null);
      if (!inputs.every((value) => value.constant !== undefined)) continue;
      const read = inputs.reduce((sum, value) => sum + elementCount(value.dims), 0);
      const written = node.outputs.reduce((sum, value) => sum + elementCount(value.dims), 0);
      if (read + written > LARGEST || written > Math.max(SMALL, 2 * read)) continue;
      const spec = specOf(node);
      const results = evaluate(spec, inferOutputs(spec, node.name), node.name);
      if (results === null) continue;
      node.outputs.forEach((value, i) => {
        graph.replaceValue(value, graph.constant(value.name, results[i]!, value.dims, value.dtype));
      });
      graph.remove(node);
      changes++;
    }
    return changes;
  },
};
