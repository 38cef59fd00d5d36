import type { Node, ScaleShiftNode } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";

/**
 * A scaleShift without activation moves behind a mean (global or pooled) or a reshape that keeps N and C:
 *   mean(s[c] x + t[c]) = s[c] mean(x) + t[c].
 * There it touches fewer elements and meets the weights it can be folded into.
 */
export const sinkScaleShift: Pass = {
  name: "sink-scale-shift",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("scaleShift")) {
      for (let user = next(node); user !== null; user = next(node)) {
        graph.swap(node, user);
        changes++;
      }
    }
    return changes;

    function next(node: ScaleShiftNode): Node | null {
      const user = node.activation === null ? graph.soleUser(node.outputs[0]!) : null;
      return user !== null && commutes(user) ? user : null;
    }
  },
};

/** Results of rank 2 and 4 only, where axis 1 is a channel axis to other passes and executors. */
function commutes(user: Node): boolean {
  const rank = user.outputs[0]!.dims.length;
  if (rank !== 2 && rank !== 4) return false;
  if (user.kind === "reduce") {
    // Axis 1 must survive as axis 1.
    const keepsChannels = !user.axes.includes(1) && (user.keepDims || !user.axes.includes(0));
    return user.op === "mean" && keepsChannels;
  }
  if (user.kind === "pool") {
    // Padding that counts adds zeros to the mean; padding that does not count leaves a mean of real elements.
    return user.mode === "average" && !(user.countIncludePad && user.pads.some((p) => p > 0));
  }
  if (user.kind === "reshape") {
    const [from, to] = [user.inputs[0].dims, user.outputs[0]!.dims];
    return from[0] === to[0] && from[1] === to[1];
  }
  return false;
}
