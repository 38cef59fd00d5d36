/** Graph to Plan: each node to steps, then concat in place, then memory. */
import { SpineXRError } from "../api/errors.ts";
import { elementCount, type Graph, type Node, type NodeKind, type Value } from "../graph/graph.ts";
import { averagedValues } from "./averaged.ts";
import { resolveConcats } from "./concat.ts";
import { type ChooseConv, chooseConvAlgorithm } from "./conv-algorithm.ts";
import { densify } from "./densify.ts";
import { Draft, type DraftStep, type DraftTensor } from "./draft.ts";
import { finishPlan } from "./finish.ts";
import { Lowering } from "./layout.ts";
import { lowerArgReduce, lowerNormalize, lowerSoftmax, lowerTopK } from "./lower/along-axis.ts";
import { lowerAnchors, lowerClipBoxes, lowerDecodeBoxes } from "./lower/boxes.ts";
import { lowerBinary, lowerWhere } from "./lower/broadcast.ts";
import { lowerConcat } from "./lower/concat.ts";
import { lowerConv, lowerPool } from "./lower/conv.ts";
import { lowerConvTranspose } from "./lower/conv-transpose.ts";
import { passCount } from "./lower/counts.ts";
import { lowerCast, lowerScaleShift, lowerUnary } from "./lower/elementwise.ts";
import { lowerGather, lowerResample } from "./lower/gather.ts";
import { lowerMatmul } from "./lower/matmul.ts";
import { lowerExpand, lowerPad, lowerReshape, lowerSlice, lowerTranspose } from "./lower/movement.ts";
import { lowerClassAwareNms, lowerNms } from "./lower/nms.ts";
import { lowerReduce } from "./lower/reduce.ts";
import { lowerMultiLevelRoiAlign, lowerRoiAlign } from "./lower/roi-align.ts";
import { planMemory } from "./memory.ts";
import type { Plan } from "./plan.ts";
import { lowerPrecision } from "./precision.ts";
import { type BatchLimits, splitBatch } from "./split-batch.ts";
import { MAX_RANK } from "./wire.ts";

export type Precision = "fp32" | "fp16";

export interface PlanOptions {
  /** Let the inputs of a concat be written straight into its output. Default true; off for comparisons. */
  readonly concatInPlace?: boolean;
  /** Let tensors share memory when they do not live at the same time. Default true; off for comparisons. */
  readonly reuseMemory?: boolean;
  /** Go over large batches in parts where that keeps maps in the cache. Default true; off for comparisons. */
  readonly splitBatch?: boolean | BatchLimits;
  /** Which algorithm computes a convolution. Default: the one of the least cost (conv-algorithm.ts). */
  readonly chooseConv?: ChooseConv;
  /**
   * "fp16": tensors are half precision where that is safe (precision.ts); ports and constants stay as they are. For executors
   * that have kernels for it. Default "fp32".
   */
  readonly precision?: Precision;
}

/**
 * Decides steps, layouts and memory for a graph of known shapes. Weights are referenced, not copied, and the graph
 * is left as it is.
 *
 * Port tensors are plain row-major in the core's types (i64 as i32, bool as u8). Every output port has valid data of
 * its own even when it is a constant or an input of the network.
 * @throws UNSUPPORTED_OPERATOR where the core has no step for a node and type, or a 64-bit constant needs 64 bits
 * @throws LIMIT_EXCEEDED for a tensor of more than 8 axes or 2^31 - 1 elements
 */
export function buildPlan(graph: Graph, options: PlanOptions = {}): Plan {
  const draft = new Draft();
  const lowering = new Lowering(draft, options.chooseConv ?? chooseConvAlgorithm, averagedValues(graph));
  for (const value of [...graph.inputs, ...graph.nodes.flatMap((node) => node.outputs)]) checkSize(value);
  const inputs = graph.inputs.map((value) => {
    const tensor = lowering.define(value, "plain");
    tensor.buffer.isInput = true;
    return tensor;
  });
  for (const node of graph.nodes) lowerNode(lowering, node);
  const outputs = outputTensors(lowering, graph.outputs);
  const counts = graph.outputs.map((value) => lowering.counts.get(value) ?? null);

  resolveConcats(draft, options.concatInPlace ?? true);
  densify(draft);
  for (const tensor of [...outputs, ...counts]) if (tensor !== null) tensor.buffer.isOutput = true;
  const single = draft.steps as DraftStep[];
  const whole = options.precision === "fp16" ? lowerPrecision(single) : single;
  const { splitBatch: limits = true } = options;
  const steps = limits === false ? whole : splitBatch(whole, limits === true ? undefined : limits);
  const kept = [...inputs, ...outputs, ...counts.filter((tensor) => tensor !== null)];
  const arenaBytes = planMemory(steps, kept, options.reuseMemory ?? true);
  return finishPlan({ graph, steps, inputs, outputs, counts, arenaBytes });
}

/** Plain tensors in the arena that no caller writes to: constants and inputs are copied, once per value. */
function outputTensors(lowering: Lowering, values: readonly Value[]): DraftTensor[] {
  const copies = new Map<Value, DraftTensor>();
  return values.map((value) => {
    const known = copies.get(value);
    if (known !== undefined) return known;
    let tensor = lowering.plain(value);
    if (tensor.buffer.data !== null || tensor.buffer.isInput) {
      const source = lowering.source(value);
      if (elementCount(value.dims) === 0) tensor = lowering.fresh(value.name, tensor.dtype, value.dims);
      else tensor = lowering.materialize(value.name, source, value.dims, "plain");
    }
    copies.set(value, tensor);
    return tensor;
  });
}

function checkSize(value: Value): void {
  const elements = elementCount(value.dims);
  if (value.dims.length > MAX_RANK || elements > 2 ** 31 - 1) {
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `"${value.name}" has ${value.dims.length} axes and ${elements} elements; at most ${MAX_RANK} axes and ` +
        "2147483647 elements are possible. Use a smaller input.",
    );
  }
}

type Lowerings = { readonly [K in NodeKind]: (lowering: Lowering, node: Extract<Node, { kind: K }>) => void };

const LOWERINGS: Lowerings = {
  conv: lowerConv,
  convTranspose: lowerConvTranspose,
  matmul: lowerMatmul,
  pool: lowerPool,
  scaleShift: lowerScaleShift,
  unary: lowerUnary,
  binary: lowerBinary,
  where: lowerWhere,
  cast: lowerCast,
  concat: lowerConcat,
  slice: lowerSlice,
  transpose: lowerTranspose,
  reshape: lowerReshape,
  expand: lowerExpand,
  pad: lowerPad,
  gather: lowerGather,
  resample: lowerResample,
  reduce: lowerReduce,
  argReduce: lowerArgReduce,
  softmax: lowerSoftmax,
  normalize: lowerNormalize,
  topK: lowerTopK,
  roiAlign: lowerRoiAlign,
  nms: lowerNms,
  anchors: lowerAnchors,
  decodeBoxes: lowerDecodeBoxes,
  clipBoxes: lowerClipBoxes,
  multiLevelRoiAlign: lowerMultiLevelRoiAlign,
  classAwareNms: lowerClassAwareNms,
};

/** They have to say how many rows are valid even where there are none. */
const COUNTING: ReadonlySet<NodeKind> = new Set<NodeKind>(["nms", "classAwareNms"]);

/** A node without elements to compute makes no steps. */
function lowerNode(lowering: Lowering, node: Node): void {
  passCount(lowering, node);
  if (!COUNTING.has(node.kind) && node.outputs.every((output) => elementCount(output.dims) === 0)) {
    for (const output of node.outputs) lowering.define(output, "plain");
    return;
  }
  const lower = LOWERINGS[node.kind] as (lowering: Lowering, node: Node) => void;
  lower(lowering, node);
}
