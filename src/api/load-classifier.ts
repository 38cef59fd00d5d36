/** A classifier of a package to a network that is ready to run. */
import type { BackendInstance } from "../backends/backend.ts";
import type { ClassifierEntry } from "../package/manifest.ts";
import type { ModelPackage } from "../package/resolve.ts";
import { SpineXRError } from "./errors.ts";
import type { EngineNetwork } from "./network.ts";
import { naming, type Planning, readNetworkFile, shareBackend, spell } from "./package-network.ts";

/**
 * Compiles one member for its fixed input size, so that the first picture does not wait.
 * @throws SpineXRError as readNetworkFile; INVALID_PACKAGE where the manifest does not fit the file
 */
export async function loadClassifier(
  modelPackage: ModelPackage,
  entry: ClassifierEntry,
  instance: BackendInstance,
  planning: Planning = {},
): Promise<EngineNetwork> {
  const network = shareBackend(await readNetworkFile(modelPackage, entry.file), instance, planning);
  try {
    const { height, width } = entry.input;
    const names = network.inputs.map((input) => input.name);
    if (!names.includes(entry.inputName))
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `model.json names the input "${entry.inputName}" of ${entry.file}; its inputs are: ${names.join(", ")}.`,
      );
    const probe = { dims: [1, 3, height, width], data: new Float32Array(3 * height * width) };
    const plan = await naming(entry.file, () => network.plan({ [entry.inputName]: probe }, planning));
    const output = plan.outputs.find((port) => port.name === entry.outputName);
    const labels = entry.labels.length;
    if (output === undefined || output.dims.length !== 2 || output.dims[1] !== labels)
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `model.json expects output "${entry.outputName}" [N, ${labels}] of ${entry.file}; found ${spell(plan.outputs)}.`,
      );
    return network;
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
