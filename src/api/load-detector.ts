/** The detector of a package, with its decoder, to a network that is ready to run. */
import type { BackendInstance } from "../backends/backend.ts";
import { attachDecoder } from "../decoders/index.ts";
import { elementCount } from "../graph/graph.ts";
import type { OnnxModel } from "../onnx/import.ts";
import type { DetectorEntry } from "../package/manifest.ts";
import type { ModelPackage } from "../package/resolve.ts";
import type { Plan } from "../plan/plan.ts";
import type { Detector } from "../tasks/detect.ts";
import { inputSize } from "../tasks/detector-input.ts";
import { SpineXRError } from "./errors.ts";
import type { EngineNetwork } from "./network.ts";
import { naming, type Planning, readNetworkFile, shareBackend, spell } from "./package-network.ts";
import type { TensorInput } from "./tensor.ts";

/** Side of the picture that probes a network of free size. */
const PROBE = 64;

/**
 * Plans are made when a picture of their size comes; here one for a small picture is made, so that a package that cannot
 * run is refused at once and the weights, which all plans share, are ready.
 * @throws SpineXRError as readNetworkFile; INVALID_PACKAGE where manifest, decoder and file do not fit each other
 */
export async function loadDetector(
  modelPackage: ModelPackage,
  entry: DetectorEntry,
  instance: BackendInstance,
  planning: Planning = {},
): Promise<Detector & { readonly network: EngineNetwork }> {
  const file = await readNetworkFile(modelPackage, entry.file);
  return naming(entry.file, async () => {
    const network = shareBackend(withDecoder(file, entry), instance, planning);
    try {
      checkOutputs(await probe(network, entry, planning.signal));
      return { entry, network };
    } catch (error) {
      await network.dispose();
      throw error;
    }
  });
}

function withDecoder(file: OnnxModel, entry: DetectorEntry): OnnxModel {
  try {
    checkInputs(file, entry);
    return attachDecoder(file, entry.decoder, entry.labels.length);
  } catch (error) {
    file.file?.close();
    throw error;
  }
}

function checkInputs(model: OnnxModel, { inputName, sizeInputName }: DetectorEntry): void {
  const defaults = new Set(model.graph.initializers.map(({ name }) => name));
  const wanted = [inputName, ...(sizeInputName === null ? [] : [sizeInputName])];
  const found = model.graph.inputs.filter(({ name }) => wanted.includes(name) || !defaults.has(name));
  const fits =
    found.length === wanted.length &&
    found.every(({ name, type }) => wanted.includes(name) && type === "float");
  if (!fits)
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `model.json expects the float inputs ${wanted.map((name) => `"${name}"`).join(" and ")}; the network has ` +
        `${found.map(({ name, type }) => `"${name}" (${type})`).join(", ")}.`,
    );
}

/** The plan for a small square picture, or for the network's only size. */
function probe(
  network: EngineNetwork,
  { input, inputName, sizeInputName }: DetectorEntry,
  signal: AbortSignal | undefined,
): Promise<Plan> {
  const { resize } = input;
  const small =
    resize.rule === "shortest-edge" ? { ...resize, shortestEdge: PROBE, longestEdge: PROBE } : resize;
  const size = inputSize(small, { height: PROBE, width: PROBE });
  const dims = [1, 3, size.paddedHeight, size.paddedWidth];
  const inputs: Record<string, TensorInput> = {
    [inputName]: { dims, data: new Float32Array(elementCount(dims)) },
  };
  if (sizeInputName !== null)
    inputs[sizeInputName] = { dims: [2], data: Float32Array.of(size.height, size.width) };
  // No picture has the small size: what is fastest there is not worth measuring.
  return network.plan(inputs, { signal, measure: resize.rule !== "shortest-edge" });
}

function checkOutputs(plan: Plan): void {
  const [boxes, scores, classes] = plan.outputs;
  const count = scores!.dims[0];
  const fits =
    same(boxes!.dims, [count!, 4]) &&
    same(scores!.dims, [count!]) &&
    same(classes!.dims, [count!]) &&
    boxes!.dtype === "f32" &&
    scores!.dtype === "f32" &&
    classes!.dtype === "i64";
  if (!fits)
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `A detector ends in boxes [m, 4] and scores [m], float, and classes [m], int64; found ${spell(plan.outputs)} ` +
        `of types ${plan.outputs.map(({ dtype }) => dtype).join(", ")}.`,
    );
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);
