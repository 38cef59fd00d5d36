/** Weights stored in 16 bits: half the bytes of a package. Computing stays float32. */
import { floatsToHalves } from "../bytes/half.ts";
import { DATA_TYPES, type OnnxModel, type OnnxNode, type OnnxTensor } from "../onnx/model.ts";

/** Largest finite binary16. */
const LARGEST = 65504;

/**
 * The same network with its weights as float16, each behind a Cast to float (opset 6): standard ONNX that any runtime
 * folds when it loads. Only tensors of two and more dims, and only those whose values fit: biases and normalisation
 * are few bytes and stay exact.
 */
export function halveWeights(model: OnnxModel): OnnxModel {
  const casts: OnnxNode[] = [];
  const initializers = model.graph.initializers.map((tensor): OnnxTensor => {
    if (!fits(tensor)) return tensor;
    const name = `${tensor.name}.float16`;
    casts.push({
      name: `${tensor.name}.cast`,
      op: "Cast",
      domain: "",
      inputs: [name],
      outputs: [tensor.name],
      attributes: { to: { int: DATA_TYPES.float } },
    });
    return { name, type: "float16", dims: tensor.dims, data: floatsToHalves(tensor.data as Float32Array) };
  });
  return { ...model, graph: { ...model.graph, initializers, nodes: [...casts, ...model.graph.nodes] } };
}

function fits({ type, dims, data }: OnnxTensor): boolean {
  if (type !== "float" || dims.length < 2) return false;
  return (data as Float32Array).every((value) => Math.abs(value) <= LARGEST);
}
