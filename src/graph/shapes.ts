/** Types and dims of a node's outputs from its inputs and fields: one rule per kind, checked to be complete. */

import * as boxes from "./shapes/boxes.ts";
import { checkDims, type OutputType } from "./shapes/check.ts";
import * as spatial from "./shapes/spatial.ts";
import * as tensor from "./shapes/tensor.ts";
import type { NodeSpec } from "./spec.ts";

/**
 * Infers the outputs of a node and checks that its inputs fit.
 * @param name the node's name, for messages
 * @throws SHAPE_MISMATCH naming the node; LIMIT_EXCEEDED when an output would have 2^31 elements or more
 */
export function inferOutputs(spec: NodeSpec, name: string): OutputType[] {
  const label = `${spec.kind} "${name}"`;
  const outputs = rule(spec, label);
  for (const output of outputs) checkDims(label, output.dims);
  return outputs;
}

function rule(spec: NodeSpec, label: string): OutputType[] {
  switch (spec.kind) {
    case "conv":
      return spatial.convShape(label, spec);
    case "convTranspose":
      return spatial.convTransposeShape(label, spec);
    case "pool":
      return spatial.poolShape(label, spec);
    case "roiAlign":
      return spatial.roiAlignShape(label, spec);
    case "nms":
      return spatial.nmsShape(label, spec);
    case "anchors":
      return boxes.anchorsShape(label, spec);
    case "decodeBoxes":
      return boxes.decodeBoxesShape(label, spec);
    case "clipBoxes":
      return boxes.clipBoxesShape(label, spec);
    case "multiLevelRoiAlign":
      return boxes.multiLevelRoiAlignShape(label, spec);
    case "classAwareNms":
      return boxes.classAwareNmsShape(label, spec);
    case "matmul":
      return tensor.matmulShape(label, spec);
    case "scaleShift":
      return tensor.scaleShiftShape(label, spec);
    case "unary":
      return tensor.unaryShape(label, spec);
    case "binary":
      return tensor.binaryShape(label, spec);
    case "where":
      return tensor.whereShape(label, spec);
    case "cast":
      return [{ dtype: spec.dtype, dims: spec.inputs[0].dims }];
    case "concat":
      return tensor.concatShape(label, spec);
    case "slice":
      return tensor.sliceShape(label, spec);
    case "transpose":
      return tensor.transposeShape(label, spec);
    case "reshape":
      return tensor.reshapeShape(label, spec);
    case "expand":
      return tensor.expandShape(label, spec);
    case "pad":
      return tensor.padShape(label, spec);
    case "gather":
      return tensor.gatherShape(label, spec);
    case "resample":
      return tensor.resampleShape(label, spec);
    case "reduce":
      return tensor.reduceShape(label, spec);
    case "argReduce":
      return tensor.argReduceShape(label, spec);
    case "softmax":
      return tensor.softmaxShape(label, spec);
    case "normalize":
      return tensor.normalizeShape(label, spec);
    case "topK":
      return tensor.topKShape(label, spec);
    default: {
      const unreachable: never = spec;
      return unreachable;
    }
  }
}
