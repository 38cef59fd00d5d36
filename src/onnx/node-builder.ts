/** Collects nodes and constants of an ONNX network; the name of a value is the name of the node that makes it. */
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "./model.ts";

/** Domain of the operators that ONNX lacks; `src/onnx/README.md` defines them. */
export const SPINEXR_DOMAIN = "ai.spinexr";
export const SPINEXR_OPSET = 1;

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export class NodeBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];

  /** Adds a node of the standard domain with one output, named like the node. */
  node(op: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeWith("", op, name, inputs, [name], attributes);
  }

  /** Adds a node of the domain ai.spinexr whose first output is named like the node. */
  spinexr(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    furtherOutputs: readonly string[] = [],
  ): string {
    return this.nodeWith(SPINEXR_DOMAIN, op, name, inputs, [name, ...furtherOutputs], attributes);
  }

  /** Adds any node; gives its first output. */
  nodeWith(
    domain: string,
    op: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): string {
    this.nodes.push({ name, op, domain, inputs, outputs, attributes });
    return outputs[0]!;
  }

  floats(name: string, values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.tensor({ name, type: "float", dims, data: Float32Array.from(values) });
  }

  integers(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.tensor({ name, type: "int64", dims, data: BigInt64Array.from(values, BigInt) });
  }

  tensor(tensor: OnnxTensor): string {
    this.initializers.push(tensor);
    return tensor.name;
  }
}
