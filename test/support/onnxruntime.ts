/** onnxruntime-web on one thread: the oracle for whole networks. */
import * as ort from "onnxruntime-web";

/** Runs an ONNX file (path or bytes) with one input "image" and one output "logits". */
export async function runOnnxruntime(
  model: string | Uint8Array,
  dims: readonly number[],
  data: Float32Array,
): Promise<Float32Array> {
  return (await runOnnxruntimeOutputs(model, { dims, data })).logits!.data;
}

/** All outputs, float32, of an ONNX file with one input "image". */
export async function runOnnxruntimeOutputs(
  model: string | Uint8Array,
  image: { readonly dims: readonly number[]; readonly data: Float32Array },
): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model as Uint8Array);
  try {
    const outputs = await session.run({ image: new ort.Tensor("float32", image.data, image.dims) });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}
