/**
 * A classifier that ends in a global average and a linear layer, turned into one that ends in a map: the linear layer is
 * moved before the average, which changes nothing but the order of two linear operations (class activation maps, Zhou et al.
 * 2016). The mean of the map is the logit.
 */
import { SpineXRError } from "../../src/api/errors.ts";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";

export const MAP = "activation map";

/**
 * @param onnx a classifier's file
 * @param output the name of its logits
 * @returns a file with the one output MAP, [N, labels, rows, columns] in units of the logit
 * @throws SpineXRError INVALID_ONNX; UNSUPPORTED_OPERATOR where the network ends in another way
 */
export function activationNetwork(onnx: Uint8Array, output: string): Uint8Array {
  const model = readModelProto(onnx);
  const producer = (name: string | undefined): OnnxNode | undefined =>
    model.graph.nodes.find(({ outputs }) => outputs.includes(name ?? ""));
  const linear = producer(output);
  const flatten = producer(linear?.inputs[0]);
  const average = producer(flatten?.inputs[0]);
  const [, weight, bias] = linear?.inputs ?? [];
  const fits =
    linear?.op === "Gemm" &&
    isOne(linear, "transB") &&
    flatten?.op === "Flatten" &&
    average?.op === "GlobalAveragePool";
  if (!fits || weight === undefined)
    throw new SpineXRError(
      "UNSUPPORTED_OPERATOR",
      `Expected a classifier that ends in GlobalAveragePool, Flatten and Gemm for its heatmap; found ${[average, flatten, linear].map((node) => node?.op ?? "nothing").join(", ")}.`,
    );
  const features = average!.inputs[0]!;
  const shape = "activation map.shape";
  const filters = "activation map.filters";
  const nodes: OnnxNode[] = [
    ...model.graph.nodes.filter((node) => node !== linear && node !== flatten && node !== average),
    node("Reshape", [weight, shape], filters),
    node("Conv", [features, filters, ...(bias === undefined ? [] : [bias])], MAP),
  ];
  const changed: OnnxModel = {
    ...model,
    graph: {
      ...model.graph,
      nodes,
      // 0 keeps a length: labels x channels become labels x channels x 1 x 1.
      initializers: [
        ...model.graph.initializers,
        { name: shape, type: "int64", dims: [4], data: BigInt64Array.of(0n, 0n, 1n, 1n) },
      ],
      outputs: [{ name: MAP, type: "float", dims: ["N", "labels", "rows", "columns"] }],
    },
  };
  return writeModel(changed);
}

const node = (op: string, inputs: readonly string[], output: string): OnnxNode => ({
  name: output,
  op,
  domain: "",
  inputs,
  outputs: [output],
  attributes: {},
});

function isOne(node: OnnxNode, name: string): boolean {
  const attribute = node.attributes[name];
  return attribute !== undefined && "int" in attribute && Number(attribute.int) === 1;
}
