/** The invariants of a Graph. Passes and importers are checked against them in tests and in debug runs. */
import { SpineXRError } from "../api/errors.ts";
import { elementCount, type Graph, isConstant, type Node, type Value } from "./graph.ts";
import { formatDims, sameDims } from "./shapes/check.ts";
import { inferOutputs } from "./shapes.ts";
import { type NodeSpec, specOf } from "./spec.ts";

/**
 * Checks that nodes are in topological order, each value has one producer and one identity, types and dims are
 * what shape inference says, constants hold as many elements as their dims, and outputs exist.
 * @throws INTERNAL with the node and the broken rule; SHAPE_MISMATCH from shape inference
 */
export function validateGraph(graph: Graph): void {
  const known = new Map<number, Value>();
  const define = (value: Value, where: string): void => {
    if (isConstant(value)) fail(graph, `${where} "${value.name}" is a constant`);
    if (known.has(value.id)) fail(graph, `value ${value.id} "${value.name}" has more than one producer`);
    known.set(value.id, value);
  };
  const use = (value: Value, where: string): void => {
    if (isConstant(value)) {
      const length = value.stored === undefined ? value.constant!.length : value.stored.length / 4;
      if (length !== elementCount(value.dims)) {
        fail(graph, `${where}: constant "${value.name}" does not fill ${formatDims(value.dims)}`);
      }
      if (known.get(value.id) !== undefined && known.get(value.id) !== value) {
        fail(graph, `${where}: two values share the id ${value.id} ("${value.name}")`);
      }
      known.set(value.id, value);
    } else if (known.get(value.id) !== value) {
      fail(graph, `${where} uses "${value.name}" before it is produced`);
    }
  };
  for (const input of graph.inputs) define(input, "input");
  for (const node of graph.nodes) {
    for (const value of node.inputs) if (value !== null) use(value, `${node.kind} "${node.name}"`);
    checkOutputs(graph, node);
    for (const value of node.outputs) define(value, `output of ${node.kind} "${node.name}"`);
  }
  for (const output of graph.outputs) use(output, "the graph's output list");
}

function checkOutputs(graph: Graph, node: Node): void {
  const spec = specOf(node);
  const fits = (candidate: NodeSpec): boolean => {
    const types = inferOutputs(candidate, node.name);
    return (
      types.length === node.outputs.length &&
      types.every((type, i) => {
        const output = node.outputs[i]!;
        return output.dtype === type.dtype && sameDims(output.dims, type.dims);
      })
    );
  };
  // A pool's rounding is recorded in its output only, so either is right.
  if (fits(spec) || (spec.kind === "pool" && fits({ ...spec, ceilMode: true }))) return;
  const found = node.outputs.map((value) => `${value.dtype}${formatDims(value.dims)}`).join(", ");
  fail(graph, `the outputs of ${node.kind} "${node.name}" are ${found}, which its inputs do not give`);
}

function fail(graph: Graph, sentence: string): never {
  throw new SpineXRError("INTERNAL", `graph "${graph.name}" is not valid: ${sentence}.`);
}
