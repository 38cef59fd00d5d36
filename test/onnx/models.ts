/** Small ONNX models for tests, stated in a line. */
import type { DataTypeName, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";

export const node = (
  op: string,
  inputs: string,
  outputs: string,
  attributes: Record<string, OnnxAttribute> = {},
  extra: Partial<OnnxNode> = {},
): OnnxNode => ({
  name: "",
  op,
  domain: "",
  inputs: inputs === "" ? [] : inputs.split(" ").map((name) => (name === "-" ? "" : name)),
  outputs: outputs.split(" ").map((name) => (name === "-" ? "" : name)),
  attributes,
  ...extra,
});

export const floats = (name: string, dims: number[], values: Iterable<number>): OnnxTensor => ({
  name,
  type: "float",
  dims,
  data: Float32Array.from(values),
});

export const int64s = (
  name: string,
  values: readonly number[],
  dims: number[] = [values.length],
): OnnxTensor => ({
  name,
  type: "int64",
  dims,
  data: BigInt64Array.from(values, BigInt),
});

interface Parts {
  nodes: OnnxNode[];
  inputs?: Record<string, readonly [DataTypeName, (number | string)[]]>;
  outputs?: string[];
  initializers?: OnnxTensor[];
  opset?: number;
}

/** Outputs default to those of the last node. */
export function model({ nodes, inputs = {}, outputs, initializers = [], opset = 17 }: Parts): OnnxModel {
  return {
    irVersion: 8,
    producerName: "spinexr",
    producerVersion: "",
    opsets: { "": opset },
    metadata: {},
    graph: {
      name: "test",
      nodes,
      initializers,
      inputs: Object.entries(inputs).map(([name, [type, dims]]) => ({ name, type, dims })),
      outputs: (outputs ?? nodes.at(-1)!.outputs).map((name) => ({ name, type: "float", dims: null })),
    },
  };
}
