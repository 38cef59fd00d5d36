/** Where a run-time count of valid leading rows goes on from a node's input to its output. */
import type { Node, Value } from "../../graph/graph.ts";
import type { Lowering } from "../layout.ts";

/** A node that keeps the rows of a counted value hands its count on. */
export function passCount(lowering: Lowering, node: Node): void {
  const from = rowSource(node);
  const count = from === null ? undefined : lowering.counts.get(from);
  if (count !== undefined) lowering.counts.set(node.outputs[0] as Value, count);
}

/** The input whose row i decides row i of the output, or null. */
function rowSource(node: Node): Value | null {
  switch (node.kind) {
    case "gather":
      return node.axis === 0 && node.inputs[1].dims.length > 0 ? node.inputs[1] : null;
    case "cast":
      return node.inputs[0];
    case "reshape": {
      const [x] = node.inputs;
      return x.dims.length > 0 && x.dims[0] === node.outputs[0]?.dims[0] ? x : null;
    }
    default:
      return null;
  }
}
