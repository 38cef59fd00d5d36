/** A mutable copy of a graph with producers and users of every value, kept in step by a few editing primitives. */
import type { DType, Graph, Node, NodeKind, TensorData, Value } from "../graph/graph.ts";
import { inferOutputs } from "../graph/shapes.ts";
import { type NodeOf, type NodeSpec, nodeFromSpec } from "../graph/spec.ts";
import { ConstantMemo } from "./constant-memo.ts";

export class Rewriter {
  /** Passes compute new constants through it. */
  readonly memo: ConstantMemo;
  readonly #name: string;
  readonly #inputs: Value[];
  readonly #outputs: Value[];
  readonly #nodes: Node[];
  readonly #alive = new Set<Node>();
  readonly #producers = new Map<Value, Node>();
  /** One entry per use: a node that reads a value twice is listed twice. */
  readonly #users = new Map<Value, Node[]>();
  #nextId = 0;

  /** Copies nodes and their input lists; values and constant data are shared with `graph`. */
  constructor(graph: Graph, memo: ConstantMemo = new ConstantMemo()) {
    this.memo = memo;
    this.#name = graph.name;
    this.#inputs = [...graph.inputs];
    this.#outputs = [...graph.outputs];
    this.#nodes = graph.nodes.map(
      (node) => ({ ...node, inputs: [...node.inputs], outputs: [...node.outputs] }) as Node,
    );
    for (const value of [...this.#inputs, ...this.#outputs]) this.#claimId(value);
    for (const node of this.#nodes) this.#link(node);
  }

  finish(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      nodes: [...this.#nodes],
    };
  }

  /** The nodes of some kinds, as they are now, in topological order; check `has` when removing while walking. */
  nodes<K extends NodeKind>(...kinds: K[]): NodeOf<K>[] {
    const wanted: readonly string[] = kinds;
    return this.#nodes.filter((node): node is NodeOf<K> => wanted.includes(node.kind));
  }

  all(): Node[] {
    return [...this.#nodes];
  }

  has(node: Node): boolean {
    return this.#alive.has(node);
  }

  producer(value: Value): Node | undefined {
    return this.#producers.get(value);
  }

  users(value: Value): readonly Node[] {
    return this.#users.get(value) ?? [];
  }

  isOutput(value: Value): boolean {
    return this.#outputs.includes(value);
  }

  /** The node that alone reads `value`, once; null when others do, or the caller of the network. */
  soleUser(value: Value): Node | null {
    const users = this.users(value);
    return users.length === 1 && !this.isOutput(value) ? users[0]! : null;
  }

  isBefore(a: Node, b: Node): boolean {
    return this.#nodes.indexOf(a) < this.#nodes.indexOf(b);
  }

  constant(name: string, data: TensorData, dims: readonly number[], dtype: DType = "f32"): Value {
    return { id: this.#nextId++, name, dtype, dims, constant: data };
  }

  /** Adds a node in front of `anchor`, with new outputs. */
  insertBefore<K extends NodeKind>(anchor: Node, spec: NodeSpec<K>, name: string): NodeOf<K> {
    const outputs = inferOutputs(spec as NodeSpec, name).map(({ dtype, dims }, i) => ({
      id: this.#nextId++,
      name: i === 0 ? name : `${name}.${i}`,
      dtype,
      dims,
    }));
    const node = nodeFromSpec(spec, name, outputs);
    this.#nodes.splice(this.#nodes.indexOf(anchor), 0, node);
    this.#link(node);
    return node;
  }

  setInputs<N extends Node>(node: N, inputs: N["inputs"]): void {
    for (const value of node.inputs as (Value | null)[]) if (value !== null) this.#dropUser(value, node);
    node.inputs = inputs as never;
    for (const value of inputs as (Value | null)[]) if (value !== null) this.#addUser(value, node);
  }

  /** Every reader of `from` reads `to` instead, graph outputs included (`to` then should carry the output's name). */
  replaceValue(from: Value, to: Value): void {
    for (const user of new Set(this.users(from))) {
      const inputs: readonly (Value | null)[] = user.inputs;
      this.setInputs(user, inputs.map((value) => (value === from ? to : value)) as Node["inputs"]);
    }
    this.#outputs.forEach((value, i) => {
      if (value === from) this.#outputs[i] = to;
    });
  }

  /**
   * Merges `consumer`, the sole user of `node`'s only output, into `node`: it takes over the consumer's output
   * (name and identity) and its place in the order, so that whatever the consumer read is ready by then.
   */
  absorb(node: Node, consumer: Node): void {
    const [output] = consumer.outputs;
    this.remove(consumer, node);
    this.#producers.delete(node.outputs[0]!);
    node.outputs[0] = output!;
    this.#producers.set(output!, node);
  }

  /**
   * Swaps `first` and `second`, its sole user (each with one output, the data being input 0): afterwards `second`
   * comes first and `first` makes the final value.
   */
  swap(first: Node, second: Node): void {
    const final = second.outputs[0]!;
    const between: Value = { ...final, id: this.#nextId++, name: `${final.name}.before.${first.kind}` };
    this.#producers.delete(first.outputs[0]!);
    this.#replaceInput(second, first.inputs[0]!);
    this.#replaceInput(first, between);
    second.outputs[0] = between;
    first.outputs[0] = final;
    this.#producers.set(between, second);
    this.#producers.set(final, first);
    const [i, j] = [this.#nodes.indexOf(first), this.#nodes.indexOf(second)];
    this.#nodes.splice(j, 0, second);
    this.#nodes.splice(j + 1, 1, first);
    this.#nodes.splice(i, 1);
  }

  /**
   * Takes out a node that hands its input on unchanged. A graph output keeps its value: the input's producer gives
   * it directly. Returns false where that is impossible (the input is itself a graph input, output or constant).
   */
  bypass(node: Node, input: Value): boolean {
    const output = node.outputs[0]!;
    if (!this.isOutput(output)) {
      this.replaceValue(output, input);
      this.remove(node);
      return true;
    }
    const source = this.producer(input);
    if (source === undefined || this.isOutput(input)) return false;
    this.remove(node);
    source.outputs[source.outputs.indexOf(input)] = output;
    this.#producers.delete(input);
    this.#producers.set(output, source);
    this.replaceValue(input, output);
    return true;
  }

  /** Removes a node (or puts `replacement`, taken from its old place, where it stood). Its outputs must be unread. */
  remove(node: Node, replacement?: Node): void {
    for (const value of node.inputs) if (value !== null) this.#dropUser(value, node);
    for (const value of node.outputs) if (this.#producers.get(value) === node) this.#producers.delete(value);
    this.#alive.delete(node);
    if (replacement !== undefined) this.#nodes.splice(this.#nodes.indexOf(replacement), 1);
    const at = this.#nodes.indexOf(node);
    if (replacement === undefined) this.#nodes.splice(at, 1);
    else this.#nodes[at] = replacement;
  }

  #replaceInput(node: Node, value: Value): void {
    this.setInputs(node, (node.inputs as (Value | null)[]).with(0, value) as Node["inputs"]);
  }

  #link(node: Node): void {
    this.#alive.add(node);
    for (const value of node.outputs) {
      this.#producers.set(value, node);
      this.#claimId(value);
    }
    for (const value of node.inputs) {
      if (value === null) continue;
      this.#addUser(value, node);
      this.#claimId(value);
    }
  }

  #claimId(value: Value): void {
    this.#nextId = Math.max(this.#nextId, value.id + 1);
  }

  #addUser(value: Value, node: Node): void {
    const users = this.#users.get(value);
    if (users === undefined) this.#users.set(value, [node]);
    else users.push(node);
  }

  #dropUser(value: Value, node: Node): void {
    const users = this.#users.get(value)!;
    users.splice(users.indexOf(node), 1);
  }
}
