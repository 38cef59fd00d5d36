/** What classifiers and detectors of a package have in common when their ONNX files are loaded. */
import type { BackendInstance } from "../backends/backend.ts";
import type { StoredFloats } from "../bytes/stored.ts";
import { type OnnxModel, parseModel } from "../onnx/import.ts";
import type { OnnxTensor } from "../onnx/model.ts";
import type { ModelPackage } from "../package/resolve.ts";
import type { ConvChoices } from "../tune/choices.ts";
import { SpineXRError } from "./errors.ts";
import { EngineNetwork } from "./network.ts";

/**
 * Reads, parses and checks a network file of a package.
 * @throws SpineXRError HASH_MISMATCH, INVALID_PACKAGE (a file is missing, a weight is not a number), INVALID_ONNX,
 *   UNSUPPORTED_OPERATOR
 */
export async function readNetworkFile(modelPackage: ModelPackage, file: string): Promise<OnnxModel> {
  const source = await modelPackage.open(file);
  return naming(file, async () => {
    try {
      const model = parseModel(source);
      checkWeights(model);
      return model;
    } catch (error) {
      if (!(source instanceof Uint8Array)) source.close();
      throw error;
    }
  });
}

/** Runs `work`; its errors name the file. What a caller could not pass is the package's fault here. */
export async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof SpineXRError)) throw cause;
    const code = cause.code === "INVALID_ARGUMENT" ? "INVALID_PACKAGE" : cause.code;
    throw new SpineXRError(code, `${file}: ${cause.message}`, { cause });
  }
}

/** How the plans of a package's network are made; by default the cost model chooses algorithms. */
export interface Planning {
  readonly choices?: ConvChoices;
  /** Of loading. */
  readonly signal?: AbortSignal;
}

/** A network on a backend that it shares with others. */
export const shareBackend = (
  model: OnnxModel,
  instance: BackendInstance,
  { choices }: Planning,
): EngineNetwork =>
  new EngineNetwork(model, instance, { rejected: [], owner: null, optimize: true, choices });

/** "image" [1, 3, 64, 64], "size" [2] */
export const spell = (
  ports: readonly { readonly name: string; readonly dims: readonly number[] }[],
): string => ports.map(({ name, dims }) => `"${name}" [${dims.join(", ")}]`).join(", ");

/** A network with a NaN among its weights answers NaN, or worse, hides it behind a maximum. */
function checkWeights({ graph }: OnnxModel): void {
  for (const tensor of graph.initializers) checkTensor(tensor);
  for (const { attributes } of graph.nodes) {
    for (const attribute of Object.values(attributes))
      if ("tensor" in attribute) checkTensor(attribute.tensor);
  }
}

function checkTensor(tensor: OnnxTensor): void {
  const { name, type, stored } = tensor;
  if (stored !== undefined) checkStored(name, stored);
  else if (type === "float" || type === "double")
    checkNumbers(name, tensor.data as Float32Array | Float64Array, 0);
}

const PIECE = new Float32Array(1 << 16);

/** Piece by piece: what is read here is not wanted again soon. */
function checkStored(name: string, { file, position, length }: StoredFloats): void {
  for (let at = 0; at < length; at += PIECE.byteLength) {
    const piece = PIECE.subarray(0, (length - at) / 4);
    file.readInto(new Uint8Array(piece.buffer, 0, piece.byteLength), position + at);
    checkNumbers(name, piece, at / 4);
  }
  file.check();
}

function checkNumbers(name: string, values: Float32Array | Float64Array, first: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]))
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `Element ${first + i} of the weights "${name}" is not a number; the training run may have diverged.`,
      );
  }
}
