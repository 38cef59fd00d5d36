/**
 * Evaluation of nodes whose inputs are all constant, for import time and constant folding. Covers data movement,
 * arithmetic and reductions; never writes to an input. Values are computed in double and rounded once when stored.
 */
import * as elementwise from "./evaluate/elementwise.ts";
import * as movement from "./evaluate/movement.ts";
import * as reduction from "./evaluate/reduction.ts";
import type { TensorData } from "./graph.ts";
import type { OutputType } from "./shapes/check.ts";
import type { NodeSpec } from "./spec.ts";

/**
 * The outputs of a node with constant inputs (a reshape shares its input's data), or null where the kind is not
 * evaluated at build time or has no value (integer division by zero).
 * @param outputs what `inferOutputs` said about this spec
 * @throws SHAPE_MISMATCH when a gather's index is out of range
 */
export function evaluate(spec: NodeSpec, outputs: OutputType[], name: string): TensorData[] | null {
  const data = evaluateFirst(spec, outputs, name);
  return data === null ? null : [data];
}

function evaluateFirst(spec: NodeSpec, outputs: OutputType[], name: string): TensorData | null {
  switch (spec.kind) {
    case "unary":
      return elementwise.evaluateUnary(spec, outputs);
    case "binary":
      return elementwise.evaluateBinary(spec, outputs);
    case "where":
      return elementwise.evaluateWhere(spec, outputs);
    case "cast":
      return elementwise.evaluateCast(spec);
    case "concat":
      return movement.evaluateConcat(spec, outputs);
    case "slice":
      return movement.evaluateSlice(spec);
    case "transpose":
      return movement.evaluateTranspose(spec);
    case "reshape":
      return spec.inputs[0].constant!;
    case "expand":
      return movement.evaluateExpand(spec);
    case "pad":
      return movement.evaluatePad(spec, outputs);
    case "gather":
      return movement.evaluateGather(spec, name);
    case "resample":
      return movement.evaluateResample(spec, outputs);
    case "reduce":
      return reduction.evaluateReduce(spec, outputs);
    case "argReduce":
      return reduction.evaluateArgReduce(spec, outputs);
    case "conv":
    case "convTranspose":
    case "matmul":
    case "pool":
    case "scaleShift":
    case "softmax":
    case "normalize":
    case "topK":
    case "roiAlign":
    case "nms":
    case "anchors":
    case "decodeBoxes":
    case "clipBoxes":
    case "multiLevelRoiAlign":
    case "classAwareNms":
      return null;
    default: {
      const unreachable: never = spec;
      return unreachable;
    }
  }
}
