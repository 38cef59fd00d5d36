/**
 * What can be said about a network before its input shapes are known: names are defined once and before use, and
 * every operator, attribute and element type is one that importers handle.
 */

import { LAST_OPSET, type Operator } from "./importers/operator.ts";
import { OPERATORS } from "./importers/table.ts";
import type { DataTypeName } from "./model.ts";
import { graphDType, invalidOnnx, type OnnxModel, type OnnxNode } from "./model.ts";
import { Problems } from "./problems.ts";

interface Known {
  /** null: cannot be told. */
  readonly type: DataTypeName | null;
  /** The value is known when the graph is made: it depends on constants, dims and bound inputs only. */
  readonly known: boolean;
  /** Why an initializer could not be read. */
  readonly unread?: string;
}

export const operatorOf = (node: OnnxNode): Operator | undefined => OPERATORS.get(node.domain)?.get(node.op);

/**
 * Names of the graph inputs whose values, not only dims, are needed to make a graph: all that are not float32, and the
 * float32 ones that a node reads as a parameter (scales of Resize, thresholds of NonMaxSuppression).
 */
export function boundInputs(model: OnnxModel): Set<string> {
  const bound = new Set(
    model.graph.inputs.filter((input) => input.type !== "float").map((input) => input.name),
  );
  const inputs = new Set(model.graph.inputs.map((input) => input.name));
  for (const node of model.graph.nodes) {
    for (const position of operatorOf(node)?.known ?? []) {
      const name = node.inputs[position];
      if (name !== undefined && inputs.has(name)) bound.add(name);
    }
  }
  return bound;
}

/** @throws INVALID_ONNX, or UNSUPPORTED_OPERATOR with everything that is not supported */
export function checkModel(model: OnnxModel): void {
  const problems = new Problems();
  const values = initialValues(model, problems);
  for (const node of model.graph.nodes) {
    const inputs = node.inputs.map((name) => {
      if (name === "") return null;
      const value = values.get(name);
      if (value !== undefined) return value;
      return invalidOnnx(
        `Node ${node.op} "${node.name || node.outputs[0]}" reads "${name}", which no earlier node, initializer or input defines; nodes must be in topological order.`,
      );
    });
    const operator = operatorOf(node);
    const opset = model.opsets[node.domain];
    const reasons = new Set(nodeProblems(node, operator, opset, inputs));
    for (const reason of reasons) problems.addNode(node, opset, reason);
    const known =
      operator?.dimsOnly === true || (operator !== undefined && inputs.every((i) => i?.known ?? true));
    const types = resultTypes(node, operator, inputs);
    const converted = operator?.foreign === true ? types(0) : null;
    if (converted !== null && graphDType(converted) === null) {
      problems.addNode(node, opset, `gives ${converted}`);
    }
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      if (values.has(name)) invalidOnnx(`"${name}" is defined twice; names of values must be unique.`);
      values.set(name, { type: types(i), known });
    });
  }
  if (model.graph.outputs.length === 0) invalidOnnx("Expected a network with outputs, found none.");
  for (const { name } of model.graph.outputs) {
    if (!values.has(name))
      invalidOnnx(`The graph output "${name}" is not defined by any node, initializer or input.`);
  }
  problems.throwIfAny();
}

function initialValues(model: OnnxModel, problems: Problems): Map<string, Known> {
  const values = new Map<string, Known>();
  const bound = boundInputs(model);
  for (const { name, type } of model.graph.inputs) {
    if (values.has(name)) invalidOnnx(`The graph input "${name}" is declared twice.`);
    if (type === null || graphDType(type) === null) {
      problems.addInput(name, `element type ${type ?? "unknown (not a tensor?)"}`);
    }
    values.set(name, { type, known: bound.has(name) });
  }
  for (const { name, type } of model.graph.initializers) values.set(name, { type, known: true });
  for (const { name, unread } of model.graph.unreadInitializers ?? []) {
    values.set(name, { type: null, known: true, unread });
  }
  return values;
}

function* nodeProblems(
  node: OnnxNode,
  operator: Operator | undefined,
  opset: number | undefined,
  inputs: readonly (Known | null)[],
): Generator<string> {
  if (operator === undefined) {
    yield OPERATORS.has(node.domain)
      ? "the operator is not implemented"
      : "operators of this domain are not implemented";
    return;
  }
  const { since = 1, until = LAST_OPSET, attributes = [], known = [], types = ["f32"] } = operator;
  if (opset === undefined || opset < since || opset > until) {
    yield `implemented for opsets ${since} to ${until}`;
    return;
  }
  for (const [name, value] of Object.entries(node.attributes)) {
    if (!attributes.includes(name)) yield `attribute "${name}"`;
    else if ("unread" in value) yield `attribute "${name}" is ${value.unread}`;
  }
  if (inputs.length > operator.inputs)
    yield `${inputs.length} inputs, at most ${operator.inputs} are expected`;
  const atRunTime = operator.dimsOnly !== true && inputs.some((input) => input !== null && !input.known);
  for (const [position, input] of inputs.entries()) {
    if (input === null) continue;
    const name = node.inputs[position];
    const dtype = input.type === null ? null : graphDType(input.type);
    if (input.unread !== undefined) yield `its input "${name}" has ${input.unread}`;
    else if (input.type !== null && dtype === null && !operator.foreign) yield `computes with ${input.type}`;
    else if (known.includes(position)) {
      if (!input.known) yield `its input ${position} must not depend on the network's data`;
    } else if (atRunTime && dtype !== null && !types.includes(dtype)) {
      yield `computes with ${input.type} at run time`;
    }
  }
}

function resultTypes(
  node: OnnxNode,
  operator: Operator | undefined,
  inputs: readonly (Known | null)[],
): (output: number) => DataTypeName | null {
  if (operator === undefined) return () => null;
  const { result } = operator;
  if (typeof result === "string") return () => result;
  const inputTypes = inputs.map((input) => input?.type ?? null);
  if (result === undefined) return () => inputTypes[0] ?? null;
  const types = result(node, inputTypes);
  return (output) => types[output] ?? null;
}
