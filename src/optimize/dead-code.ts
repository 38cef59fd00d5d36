import type { Pass } from "./pass.ts";

/** Removes nodes none of whose outputs is read, from the end, so that whole chains go. */
export const deadCode: Pass = {
  name: "dead-code",
  run(graph) {
    let changes = 0;
    for (const node of graph.all().reverse()) {
      if (node.outputs.some((value) => graph.users(value).length > 0 || graph.isOutput(value))) continue;
      graph.remove(node);
      changes++;
    }
    return changes;
  },
};
