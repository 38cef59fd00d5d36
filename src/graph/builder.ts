/** Terse construction of graphs for importers and tests: names, shapes and constant subgraphs are handled here. */
import { SpineXRError } from "../api/errors.ts";
import type { StoredFloats } from "../bytes/stored.ts";
import { evaluate } from "./evaluate.ts";
import {
  type DType,
  elementCount,
  type Graph,
  isConstant,
  type Node,
  type NodeKind,
  type TensorData,
  type Value,
} from "./graph.ts";
import { checkDims, formatDims } from "./shapes/check.ts";
import { inferOutputs } from "./shapes.ts";
import { type AddSpec, completeSpec, nodeFromSpec } from "./spec.ts";

/** Constant nodes up to this many elements in and out are evaluated at once; larger ones by the optimiser. */
const EAGER_ELEMENTS = 1 << 16;

export interface AddOptions {
  /** Default: made from the kind and the first output's id. */
  name?: string;
  /** Default: the node's name (with .1, .2 for further outputs). */
  outputNames?: readonly string[];
}

/** The dtype that a typed array stands for when none is given (Uint8Array: u8). */
export function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof BigInt64Array) return "i64";
  return "u8";
}

const stores = (data: TensorData, dtype: DType): boolean =>
  dtypeOf(data) === (dtype === "bool" ? "u8" : dtype);

export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #produced = new Set<Value>();
  #nextId = 0;

  /** Adds a run-time input. */
  input(name: string, dtype: DType, dims: readonly number[]): Value {
    const value = this.#value(name, dtype, checkDims(`input "${name}"`, dims));
    this.#inputs.push(value);
    return value;
  }

  /**
   * Adds a constant (row-major). The data is shared, not copied: do not write to it afterwards.
   * @throws SHAPE_MISMATCH when data and dims disagree
   */
  constant(name: string, data: TensorData, dims: readonly number[], dtype: DType = dtypeOf(data)): Value {
    checkDims(`constant "${name}"`, dims);
    if (!stores(data, dtype) || data.length !== elementCount(dims)) {
      throw new SpineXRError(
        "SHAPE_MISMATCH",
        `constant "${name}": ${dtype} ${formatDims(dims)} needs ${elementCount(dims)} elements of that type, ` +
          `but got a ${data.constructor.name} of ${data.length}.`,
      );
    }
    return this.#value(name, dtype, dims, data);
  }

  /** Adds an f32 constant (row-major) that stays in its file. Throws as constant(). */
  stored(name: string, stored: StoredFloats, dims: readonly number[]): Value {
    checkDims(`constant "${name}"`, dims);
    if (stored.length !== 4 * elementCount(dims)) {
      throw new SpineXRError(
        "SHAPE_MISMATCH",
        `constant "${name}": ${formatDims(dims)} needs ${elementCount(dims)} elements, but got ${stored.length / 4}.`,
      );
    }
    const value: Value = {
      id: this.#nextId++,
      name,
      dtype: "f32",
      dims: [...dims],
      stored,
      get constant() {
        return stored.floats();
      },
    };
    this.#produced.add(value);
    return value;
  }

  /**
   * Adds a node and returns its outputs, with types and dims inferred. A small node whose inputs are all constant
   * vanishes: its results are returned as constants.
   * @throws SHAPE_MISMATCH, LIMIT_EXCEEDED (see `inferOutputs`)
   */
  add<K extends NodeKind>(kind: K, spec: AddSpec<K>, options: AddOptions = {}): Value[] {
    const full = completeSpec(kind, spec);
    const name = options.name || options.outputNames?.[0] || `${kind}_${this.#nextId}`;
    const inputs: readonly (Value | null)[] = full.inputs;
    for (const input of inputs) {
      if (input !== null && !this.#produced.has(input)) {
        throw new SpineXRError("INTERNAL", `${kind} "${name}": "${input.name}" belongs to another graph.`);
      }
    }
    const types = inferOutputs(full, name);
    const size = (list: readonly ({ dims: readonly number[] } | null)[]): number =>
      list.reduce((sum, value) => sum + (value === null ? 0 : elementCount(value.dims)), 0);
    const data =
      inputs.every((input) => input === null || isConstant(input)) &&
      size(inputs) + size(types) <= EAGER_ELEMENTS
        ? evaluate(full, types, name)
        : null;
    const outputs = types.map(({ dtype, dims }, i) =>
      this.#value(options.outputNames?.[i] || (i === 0 ? name : `${name}.${i}`), dtype, dims, data?.[i]),
    );
    if (data === null) this.#nodes.push(nodeFromSpec(full, name, outputs) as Node);
    return outputs;
  }

  /** The graph so far; nodes stand in the order of their `add`, which is topological. */
  finish(name: string, outputs: readonly Value[]): Graph {
    for (const output of outputs) {
      if (!this.#produced.has(output)) {
        throw new SpineXRError("INTERNAL", `graph output "${output.name}" belongs to another graph.`);
      }
    }
    return { name, inputs: [...this.#inputs], outputs: [...outputs], nodes: [...this.#nodes] };
  }

  #value(name: string, dtype: DType, dims: readonly number[], constant?: TensorData): Value {
    const base = { id: this.#nextId++, name, dtype, dims: [...dims] };
    const value: Value = constant === undefined ? base : { ...base, constant };
    this.#produced.add(value);
    return value;
  }
}
