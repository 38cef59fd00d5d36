/** ONNX bytes to a Graph: parse and check once per file, import once per signature of input shapes. */
import { SpineXRError } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type DType, type Graph, isConstant, type TensorData, type Value } from "../graph/graph.ts";
import { boundInputs, checkModel, operatorOf } from "./check.ts";
import { constantOf, type Imported, isForeign, NodeContext } from "./importers/context.ts";
import { Unsupported } from "./importers/refusal.ts";
import { graphDType, invalidOnnx, type OnnxModel, type OnnxNode, type OnnxValueInfo } from "./model.ts";
import { readModelProto } from "./model-proto.ts";
import { Problems } from "./problems.ts";

export type { OnnxModel } from "./model.ts";

/**
 * Reads an ONNX file and checks that this package can run it, as far as that does not depend on input shapes.
 * Initializers stay views of bytes where possible: do not write to them afterwards. Of a file the large ones are read
 * when they are needed: it stays open, until the caller closes `file` of the model.
 * @throws SpineXRError INVALID_ONNX for damaged files; UNSUPPORTED_OPERATOR listing all unsupported operators,
 *   attributes and element types at once
 */
export function parseModel(source: Uint8Array | ByteFile): OnnxModel {
  const model = readModelProto(source);
  checkModel(model);
  return model;
}

export interface InputDescription {
  readonly name: string;
  readonly dtype: DType;
  /** A string is a symbolic dimension ("" where the file gives no name): any length. null: any rank. */
  readonly dims: readonly (number | string)[] | null;
  /** True if the file holds a default value. */
  readonly optional: boolean;
  /**
   * True if `importGraph` wants the value, not only the dims: every input that is not f32, and f32 inputs that are
   * parameters of the network's structure, such as the scales of a Resize.
   */
  readonly bound: boolean;
}

/** The graph inputs in the file's order. `model` comes from `parseModel`. */
export function describeInputs(model: OnnxModel): InputDescription[] {
  const bound = boundInputs(model);
  const defaults = new Set(model.graph.initializers.map((tensor) => tensor.name));
  return model.graph.inputs.map(({ name, type, dims }) => ({
    name,
    dtype: dtypeOfInput(name, type),
    dims,
    optional: defaults.has(name),
    bound: bound.has(name),
  }));
}

export interface Signature {
  /**
   * Dims of each input, and the value of those that are bound (row-major; typed as `TensorData` says). A bound input
   * becomes a constant of the graph. Inputs with a default may be left out.
   */
  readonly inputs: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly value?: TensorData }>
  >;
}

/**
 * Makes the graph for one signature. Shape arithmetic on constants, dims and bound inputs folds away.
 * @throws SpineXRError INVALID_ARGUMENT (inputs missing or unknown), SHAPE_MISMATCH (naming the input or node),
 *   UNSUPPORTED_OPERATOR (all of them), LIMIT_EXCEEDED, INVALID_ONNX
 */
export function importGraph(model: OnnxModel, signature: Signature): Graph {
  try {
    return new GraphImport(model).run(signature);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SpineXRError(
      "OUT_OF_MEMORY",
      `The network's constants do not fit into memory: ${error.message}.`,
      {
        cause: error,
      },
    );
  }
}

class GraphImport {
  readonly #model: OnnxModel;
  readonly #builder = new GraphBuilder();
  readonly #problems = new Problems();
  /** null: could not be imported, because of a problem that is already listed. */
  readonly #values = new Map<string, Imported | null>();

  constructor(model: OnnxModel) {
    this.#model = model;
  }

  run(signature: Signature): Graph {
    const { graph } = this.#model;
    for (const tensor of graph.initializers) {
      this.#values.set(tensor.name, constantOf(this.#builder, tensor, tensor.name));
    }
    this.#addInputs(signature);
    for (const node of graph.nodes) this.#addNode(node);
    this.#problems.throwIfAny();
    return this.#builder.finish(graph.name, this.#outputs());
  }

  #addInputs({ inputs }: Signature): void {
    const declared = this.#model.graph.inputs;
    for (const name of Object.keys(inputs)) {
      if (declared.some((input) => input.name === name)) continue;
      const names = declared.map((input) => input.name).join(", ");
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `The network has no input "${name}"; its inputs are: ${names}.`,
      );
    }
    for (const { name, type, dims: expected } of declared) {
      const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (given === undefined) {
        if (this.#values.has(name)) continue;
        throw new SpineXRError("INVALID_ARGUMENT", `The network's input "${name}" is missing.`);
      }
      const { dims, value } = given;
      const fits = expected?.every((d, i) => typeof d === "string" || d === dims[i]) ?? true;
      if (!fits || (expected !== null && expected.length !== dims.length)) {
        throw new SpineXRError(
          "SHAPE_MISMATCH",
          `Input "${name}" expects dims [${expected?.map((d) => d || "?").join(", ")}], found [${dims.join(", ")}].`,
        );
      }
      const dtype = dtypeOfInput(name, type);
      const made =
        value === undefined
          ? this.#builder.input(name, dtype, dims)
          : this.#builder.constant(name, value, dims, dtype);
      this.#values.set(name, made);
    }
  }

  #addNode(node: OnnxNode): void {
    const inputs: (Imported | null)[] = [];
    for (const name of node.inputs) {
      const value = name === "" ? null : this.#values.get(name);
      if (value === undefined)
        invalidOnnx(`Node ${node.op} "${node.name}" reads "${name}", which is not defined.`);
      if (value === null && name !== "") {
        this.#skip(node);
        return;
      }
      inputs.push(value);
    }
    const operator = operatorOf(node);
    const opset = this.#model.opsets[node.domain];
    try {
      if (operator === undefined || opset === undefined)
        throw new Unsupported("the operator is not implemented");
      const outputs = operator.import(
        new NodeContext(this.#builder, node, opset, operator.known ?? [], inputs),
      );
      node.outputs.forEach((name, i) => {
        if (name !== "") this.#values.set(name, outputs[i] ?? unsupportedOutput(i));
      });
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.#problems.addNode(node, opset, error.message);
      this.#skip(node);
    }
  }

  #skip(node: OnnxNode): void {
    for (const name of node.outputs) this.#values.set(name, null);
  }

  /** Each output is a value of its own that has the output's name: others get a reshape to the same dims. */
  #outputs(): Value[] {
    const taken = new Set<Value>();
    return this.#model.graph.outputs.map(({ name }) => {
      const value = this.#values.get(name);
      if (value == null) return invalidOnnx(`The graph output "${name}" is not defined.`);
      if (isForeign(value)) {
        throw new SpineXRError(
          "UNSUPPORTED_OPERATOR",
          `The graph output "${name}" is of type ${value.type}.`,
        );
      }
      const own = value.name === name && !taken.has(value) && !this.#isInput(value);
      const output = own
        ? value
        : this.#builder.add(
            "reshape",
            { inputs: [value], dims: value.dims },
            { name, outputNames: [name] },
          )[0]!;
      taken.add(output);
      return output;
    });
  }

  #isInput(value: Value): boolean {
    return !isConstant(value) && this.#model.graph.inputs.some((input) => input.name === value.name);
  }
}

function unsupportedOutput(position: number): never {
  throw new Unsupported(`output ${position}`);
}

function dtypeOfInput(name: string, type: OnnxValueInfo["type"]): DType {
  const dtype = type === null ? null : graphDType(type);
  return (
    dtype ?? invalidOnnx(`Input "${name}" has element type ${type ?? "unknown"}, which cannot be given.`)
  );
}
