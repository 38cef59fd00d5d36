import type { ConvNode, PadNode, PoolNode } from "../graph/graph.ts";
import { sameDims } from "../graph/shapes/check.ts";
import { inferOutputs } from "../graph/shapes.ts";
import { specOf } from "../graph/spec.ts";
import type { Pass } from "./pass.ts";

type Pads = [number, number, number, number];

/**
 * A constant pad of H and W in front of a window node becomes that node's own padding:
 *   conv: zeros (not behind a prologue, which comes before its padding);
 *   average pool: zeros that count, when the pool has no uncounted padding of its own;
 *   max pool: -infinity, which never wins.
 */
export const foldPad: Pass = {
  name: "fold-pad",
  run(graph) {
    let changes = 0;
    for (const node of graph.nodes("conv", "pool")) {
      const pad = graph.producer(node.inputs[0]);
      if (pad?.kind !== "pad") continue;
      const added = spatialPads(pad);
      if (added === null || !(node.kind === "conv" ? takesZeros(node, pad) : poolTakes(node, pad))) continue;
      const pads = node.pads.map((p, i) => p + added[i]!) as Pads;
      const countIncludePad = node.kind === "pool" && node.mode === "average";
      const inputs = node.inputs.with(0, pad.inputs[0]);
      const spec = { ...specOf(node), inputs, pads, ...(node.kind === "pool" ? { countIncludePad } : {}) };
      // A pool that rounds up drops windows by where the data ends, so its count may not survive the move.
      const dims = inferOutputs(spec as never, node.name)[0]!.dims;
      if (!sameDims(dims, node.outputs[0]!.dims)) continue;
      node.pads = pads;
      if (node.kind === "pool") node.countIncludePad = countIncludePad;
      graph.setInputs(node, inputs as never);
      changes++;
    }
    return changes;
  },
};

/** top, left, bottom, right; null where other axes are padded or something is cropped. */
function spatialPads(pad: PadNode): Pads | null {
  if (pad.mode !== "constant" || pad.before.length !== 4) return null;
  const [n, c, top, left] = pad.before as Pads;
  const [nAfter, cAfter, bottom, right] = pad.after as Pads;
  const others = [n, c, nAfter, cAfter].every((p) => p === 0);
  return others && Math.min(top, left, bottom, right) >= 0 ? [top, left, bottom, right] : null;
}

const takesZeros = (conv: ConvNode, pad: PadNode): boolean =>
  pad.value === 0 && conv.inputs[4] === null && !conv.preRelu && conv.prePool === null;

function poolTakes(pool: PoolNode, pad: PadNode): boolean {
  if (pool.mode === "max") return pad.value === Number.NEGATIVE_INFINITY;
  if (pool.mode === "lp") return false;
  return pad.value === 0 && (pool.countIncludePad || pool.pads.every((p) => p === 0));
}
