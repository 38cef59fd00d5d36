/** The order of passes: one list, with a reason per line. */
import type { Graph } from "../graph/graph.ts";
import { validateGraph } from "../graph/validate.ts";
import type { ConstantMemo } from "./constant-memo.ts";
import { deadCode } from "./dead-code.ts";
import { eliminateIdentity } from "./eliminate-identity.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import { foldConstants } from "./fold-constants.ts";
import { foldInputScale } from "./fold-input-scale.ts";
import { foldPad } from "./fold-pad.ts";
import { formScaleShift } from "./form-scale-shift.ts";
import { fuseActivation } from "./fuse-activation.ts";
import { fuseAdd } from "./fuse-add.ts";
import { fuseBias } from "./fuse-bias.ts";
import { fusePrologue } from "./fuse-prologue.ts";
import type { Pass } from "./pass.ts";
import { poolBeforeConv } from "./pool-before-conv.ts";
import { recognizeGates } from "./recognize-gates.ts";
import { Rewriter } from "./rewriter.ts";
import { sinkScaleShift } from "./sink-scale-shift.ts";

export const PASSES: readonly Pass[] = [
  deadCode, // first: unused branches must not count as readers
  foldConstants, // weights that are expressions become weights
  eliminateIdentity, // so that neighbours are really neighbours
  foldPad, // before prologues, behind which padding may not move
  recognizeGates, // before activations: x * sigmoid(x) is one
  formScaleShift, // one form of per-channel arithmetic for all that follow
  fuseBias, // matmuls of any rank; the rest is a scaleShift by now
  foldBatchNorm, // into weights before anything stands between them and their scale
  sinkScaleShift, // what could not be folded backwards gets cheaper behind a mean ...
  foldInputScale, // ... and may be folded forwards
  poolBeforeConv, // while the convolution has no activation
  fuseActivation, // before additions take their activation along, and before prologues: epilogues are cheaper
  fuseAdd,
  fusePrologue, // last: what remains in front of convolutions
  deadCode,
];

/** Each pass shrinks the graph or moves a node towards its outputs, so rounds end; this bounds a faulty pass. */
const MAX_ROUNDS = 8;

export interface OptimizeOptions {
  /** Check all invariants after each pass that changed something (slow; for tests and debugging). Default false. */
  validate?: boolean;
  /** Default: PASSES. */
  passes?: readonly Pass[];
  /** Of the network, when its graph is made for several input sizes. Default: nothing is known. */
  memo?: ConstantMemo;
}

/**
 * Rewrites a graph into one that computes the same outputs (up to rounding of folded weights) with less work. The
 * given graph and its constants stay as they are; inputs and outputs keep names, types and dims.
 */
export function optimize(graph: Graph, options: OptimizeOptions = {}): Graph {
  const passes = options.passes ?? PASSES;
  const rewriter = new Rewriter(graph, options.memo);
  for (let round = 0, changes = 1; changes > 0 && round < MAX_ROUNDS; round++) {
    changes = 0;
    for (const pass of passes) {
      const made = pass.run(rewriter);
      changes += made;
      if (made > 0 && options.validate) validateGraph(rewriter.finish());
    }
  }
  return rewriter.finish();
}
