/** A convolution as the planner meets it: what its algorithm is chosen from. Everything else about it is weights. */
import { type ConvNode, elementCount, type Graph, isConstant, type Value } from "../graph/graph.ts";
import { averagedValues } from "./averaged.ts";
import type { ConvShape } from "./conv-algorithm.ts";

type Pair = readonly [height: number, width: number];

/** The shape that the cost model looks at, and what else makes a difference to the time that an algorithm takes. */
export interface ConvSite extends ConvShape {
  /** Of the node, which is the name of its step too; several nodes may have the same. */
  readonly name: string;
  /** Height and width of the input, before it is averaged where it is. */
  readonly input: Pair;
  readonly pads: readonly [top: number, left: number, bottom: number, right: number];
  /** What happens to the input while it is packed. */
  readonly prologue: {
    readonly norm: boolean;
    readonly relu: boolean;
    readonly pool: { readonly kernel: Pair; readonly strides: Pair } | null;
  };
  /** Another map is added to the result. */
  readonly residual: boolean;
}

/** @param averaged of the node's graph (averaged.ts) */
export function convSite(node: ConvNode, averaged: ReadonlySet<Value>): ConvSite {
  const [x, weight, , residual, preScale, preShift] = node.inputs;
  const y = node.outputs[0] as Value;
  const [batch, out, height, width] = y.dims as [number, number, number, number];
  return {
    name: node.name,
    batch,
    channels: [x.dims[1] as number, out],
    output: [height, width],
    kernel: node.kernel,
    strides: node.strides,
    dilations: node.dilations,
    group: node.group,
    constantWeights: isConstant(weight),
    pooled: node.prePool !== null,
    averaged: averaged.has(y),
    input: [x.dims[2] as number, x.dims[3] as number],
    pads: node.pads,
    prologue: { norm: preScale !== null || preShift !== null, relu: node.preRelu, pool: node.prePool },
    residual: residual !== null,
  };
}

/** Those that buildPlan asks about, in its order, which is also that of the plan's conv steps (of the first parts, where a batch is split). */
export function convSites(graph: Graph): ConvSite[] {
  const averaged = averagedValues(graph);
  return graph.nodes
    .filter((node) => node.kind === "conv")
    .filter(({ outputs }) => elementCount((outputs[0] as Value).dims) > 0)
    .map((node) => convSite(node, averaged));
}
