import { evaluate } from "../graph/evaluate.ts";
import { elementCount, type Value } from "../graph/graph.ts";
import { inferOutputs } from "../graph/shapes.ts";
import { specOf } from "../graph/spec.ts";
import type { Pass } from "./pass.ts";

/** Elements read and written above this (512 MiB of f32) are left to the executors. */
const LARGEST = 1 << 27;

/**
 * Nodes over constants become constants: what the builder left because of its size, transposed or expanded weights
 * and the like. Executors pack constant weights once, at load; left as nodes they would take the same memory and
 * be computed in every run.
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
      if (read + written > LARGEST) continue;
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
