/** One ONNX node as its importer sees it: inputs, attributes with defaults, and terse graph construction. */
import { SpineXRError } from "../../api/errors.ts";
import type { AddOptions, GraphBuilder } from "../../graph/builder.ts";
import {
  type DType,
  elementCount,
  isConstant,
  type NodeKind,
  type TensorData,
  type Value,
} from "../../graph/graph.ts";
import type { AddSpec, NodeSpec } from "../../graph/spec.ts";
import { graphDType, invalidOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "../model.ts";
import { runTimeProblem } from "./core-types.ts";
import { unsupported } from "./refusal.ts";

/** A value of the network: in the graph, or a constant of a type that graphs do not have. */
export type Imported = Value | OnnxTensor;
export const isForeign = (value: Imported): value is OnnxTensor => "type" in value;

/** The graph's form of a tensor, where graphs have its type. */
export function constantOf(builder: GraphBuilder, tensor: OnnxTensor, name: string): Imported {
  if (tensor.stored !== undefined) return builder.stored(name, tensor.stored, tensor.dims);
  const dtype = graphDType(tensor.type);
  return dtype === null ? tensor : builder.constant(name, tensor.data as TensorData, tensor.dims, dtype);
}

/** Data made at import time may have this many elements. */
const MAX_MADE_ELEMENTS = 1 << 26;

export class NodeContext {
  readonly builder: GraphBuilder;
  readonly node: OnnxNode;
  readonly opset: number;
  /** The node's name, or its first output's: for messages and for the graph. */
  readonly name: string;
  readonly #inputs: readonly (Imported | null)[];
  readonly #known: readonly number[];
  #made = 0;

  /** known: positions of inputs whose values must be known when the graph is made. */
  constructor(
    builder: GraphBuilder,
    node: OnnxNode,
    opset: number,
    known: readonly number[],
    inputs: readonly (Imported | null)[],
  ) {
    this.builder = builder;
    this.node = node;
    this.opset = opset;
    this.name = node.name || node.outputs.find((name) => name !== "") || node.op;
    this.#inputs = inputs;
    this.#known = known;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  /** A required input. */
  input(position: number): Value {
    return this.optional(position) ?? invalidOnnx(`${this.label}: input ${position} is missing.`);
  }

  /** null: absent. */
  optional(position: number): Value | null {
    const value = this.#inputs[position] ?? null;
    if (value === null || !isForeign(value)) return value;
    return unsupported(`a ${value.type} tensor ("${value.name}") as input ${position}`);
  }

  /** For the few operators that read constants of any type. */
  imported(position: number): Imported {
    return this.#inputs[position] ?? invalidOnnx(`${this.label}: input ${position} is missing.`);
  }

  all(): Value[] {
    return this.#inputs.map((_, i) => this.input(i));
  }

  /** The numbers of an input listed as `known`; null: absent. int64 beyond 2^53 is rounded. */
  known(position: number): number[] | null {
    if (!this.#known.includes(position)) {
      throw new SpineXRError("INTERNAL", `${this.label}: input ${position} is not declared as known.`);
    }
    const value = this.optional(position);
    if (value === null) return null;
    if (!isConstant(value)) {
      return unsupported(`its input ${position} ("${value.name}") must be known when the plan is made`);
    }
    return Array.from(value.constant as ArrayLike<number | bigint>, Number);
  }

  /** A known input of one element. */
  knownScalar(position: number): number | null {
    const values = this.known(position);
    if (values !== null && values.length !== 1) this.mismatch(`input ${position} must be a single number.`);
    return values?.[0] ?? null;
  }

  has(attribute: string): boolean {
    return this.node.attributes[attribute] !== undefined;
  }

  /** An integer attribute, rounded where it is beyond 2^53. */
  int<T>(name: string, otherwise: T): number | T {
    const attribute = this.#attribute(name, "int");
    return attribute === undefined ? otherwise : Number(attribute.int);
  }

  ints<T>(name: string, otherwise: T): number[] | T {
    const attribute = this.#attribute(name, "ints");
    return attribute === undefined ? otherwise : attribute.ints.map(Number);
  }

  float<T>(name: string, otherwise: T): number | T {
    const attribute = this.#attribute(name, "float");
    return attribute === undefined ? otherwise : attribute.float;
  }

  floats<T>(name: string, otherwise: T): readonly number[] | T {
    return this.#attribute(name, "floats")?.floats ?? otherwise;
  }

  /** A string attribute that must be one of `choices`; other values are refused as unsupported. */
  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const attribute = this.#attribute(name, "string");
    if (attribute === undefined) return otherwise;
    return (
      choices.find((choice) => choice === attribute.string) ?? unsupported(`${name} "${attribute.string}"`)
    );
  }

  tensor(name: string): OnnxTensor | null {
    const attribute = this.node.attributes[name];
    if (attribute !== undefined && "unread" in attribute) unsupported(`${name}: ${attribute.unread}`);
    return this.#attribute(name, "tensor")?.tensor ?? null;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    if (!(positive >= 0 && positive < rank)) {
      this.mismatch(`axis ${axis} does not exist in a tensor of rank ${rank}.`);
    }
    return positive;
  }

  /** Distinct axes counted from the front. */
  axes(axes: readonly number[], rank: number): number[] {
    const positive = axes.map((axis) => this.axis(axis, rank));
    if (new Set(positive).size !== positive.length) this.mismatch(`axes [${axes}] name an axis twice.`);
    return positive;
  }

  /** Whether the network (or a later node) may use this output. */
  wants(output: number): boolean {
    return (this.node.outputs[output] ?? "") !== "";
  }

  /** Adds an intermediate node with one output. */
  add<K extends NodeKind>(kind: K, spec: AddSpec<K>): Value {
    return this.#add(kind, spec, { name: `${this.name}/${this.#made++}` })[0]!;
  }

  /** Adds the node whose outputs are the ONNX node's outputs, from `first` on. */
  emit<K extends NodeKind>(kind: K, spec: AddSpec<K>, first = 0): Value[] {
    return this.#add(kind, spec, { name: this.name, outputNames: this.node.outputs.slice(first) });
  }

  /** Adds an intermediate node with several outputs. */
  addAll<K extends NodeKind>(kind: K, spec: AddSpec<K>): Value[] {
    return this.#add(kind, spec, { name: `${this.name}/${this.#made++}` });
  }

  #add<K extends NodeKind>(kind: K, spec: AddSpec<K>, options: AddOptions): Value[] {
    const outputs = this.builder.add(kind, spec, options);
    const problem = runTimeProblem({ kind, ...spec } as unknown as NodeSpec, outputs);
    if (problem !== null) unsupported(problem);
    return outputs;
  }

  /** A constant made by the importer. */
  constant(data: TensorData, dims: readonly number[], dtype?: DType): Value {
    return this.builder.constant(`${this.name}/${this.#made++}`, data, dims, dtype);
  }

  /** A tensor of the file as a constant of this node. */
  constantOf(tensor: OnnxTensor): Imported {
    return constantOf(this.builder, tensor, `${this.name}/${this.#made++}`);
  }

  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), []);
  }

  /** The same elements under other dims; a constant stays a constant, whatever its size. */
  reshape(x: Value, dims: readonly number[]): Value {
    if (isConstant(x) && elementCount(dims) === elementCount(x.dims)) {
      if (x.stored !== undefined) return this.builder.stored(`${this.name}/${this.#made++}`, x.stored, dims);
      return this.constant(x.constant!, dims, x.dtype);
    }
    return this.add("reshape", { inputs: [x], dims });
  }

  /** Refuses to make data of hostile size before they are made. */
  checkMade(elements: number): void {
    if (!(elements <= MAX_MADE_ELEMENTS)) {
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `${this.label}: ${elements} elements would be made while the graph is built; the limit is ${MAX_MADE_ELEMENTS}.`,
      );
    }
  }

  mismatch(sentence: string): never {
    throw new SpineXRError("SHAPE_MISMATCH", `${this.label}: ${sentence}`);
  }

  get label(): string {
    return `${this.node.op} "${this.name}"`;
  }

  #attribute<K extends string>(
    name: string,
    kind: K,
  ): Extract<OnnxAttribute, { [P in K]: unknown }> | undefined {
    const attribute = this.node.attributes[name];
    if (attribute === undefined) return undefined;
    if (!(kind in attribute)) {
      invalidOnnx(
        `${this.label}: attribute "${name}" must be of type ${kind}, found ${Object.keys(attribute)[0]}.`,
      );
    }
    return attribute as Extract<OnnxAttribute, { [P in K]: unknown }>;
  }
}
