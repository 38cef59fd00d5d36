/** The ONNX project's "light" networks keep real structures with constant weights; here they get random ones. */
import { elementCount } from "../../src/graph/graph.ts";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.ts";

/**
 * Replaces each ConstantOfShape by an initializer whose size keeps activations near unit size, and cuts a last
 * Softmax off, which would hide differences. Deterministic in `next`.
 */
export function withRandomWeights(model: OnnxModel, next: () => number): OnnxModel {
  const { graph } = model;
  const shapes = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, OnnxTensor>();
  const uniform = (low: number, high: number) => () => low + (high - low) * next();
  const valuesFor = (name: string, dims: readonly number[]): (() => number) => {
    const reader = graph.nodes.find((node) => node.inputs.includes(name));
    const place = reader?.inputs.indexOf(name);
    if (reader?.op === "BatchNormalization") {
      if (place === 1) return uniform(0.75, 1.25);
      return place === 4 ? uniform(0.5, 1.5) : uniform(-0.2, 0.2);
    }
    // He initialisation, uniform: variance 2 / fan-in.
    const bound = Math.sqrt(6 / elementCount(dims.slice(1)));
    return dims.length > 1 ? uniform(-bound, bound) : uniform(-0.1, 0.1);
  };
  for (const node of graph.nodes) {
    if (node.op !== "ConstantOfShape") continue;
    const dims = Array.from(shapes.get(node.inputs[0]!)!.data as BigInt64Array, Number);
    const name = node.outputs[0]!;
    const value = valuesFor(name, dims);
    const data = Float32Array.from({ length: elementCount(dims) }, value);
    weights.set(name, { name, type: "float", dims, data });
  }
  const last = graph.nodes.at(-1)!;
  const cut = last.op === "Softmax";
  const outputs = cut ? [{ name: last.inputs[0]!, type: "float" as const, dims: null }] : graph.outputs;
  const nodes = (cut ? graph.nodes.slice(0, -1) : graph.nodes).filter(({ op }) => op !== "ConstantOfShape");
  const initializers = [...graph.initializers, ...weights.values()];
  return { ...model, graph: { ...graph, nodes, outputs, initializers } };
}
