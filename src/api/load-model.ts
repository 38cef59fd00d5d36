/** loadModel(): a model package to a Model that is ready to screen. */
import type { BackendInstance } from "../backends/backend.ts";
import { openBackend } from "../backends/select.ts";
import { parseModel } from "../onnx/import.ts";
import type { ClassifierEntry } from "../package/manifest.ts";
import { type ModelPackage, openPackage } from "../package/resolve.ts";
import type { Classifier } from "../tasks/classify.ts";
import { runSelfTest } from "../tasks/self-test.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { BACKEND_CHECKS, type BackendChoice } from "./load-network.ts";
import { Model } from "./model.ts";
import { EngineNetwork } from "./network.ts";
import { checkOptions, isBoolean, isFunction, isSignal } from "./options.ts";
import type { OnProgress } from "./progress.ts";

export interface LoadModelOptions extends BackendChoice {
  /** Runs the package's golden picture on the chosen backend and compares. Default true. */
  readonly selfTest?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The package used when none is named. */
export const DEFAULT_MODEL = "sample-tiny";

/**
 * @param reference a package folder or .zip, an http(s) URL of one, or the name of a package shipped with spinexr
 * @throws SpineXRError MODEL_NOT_FOUND, INVALID_PACKAGE, HASH_MISMATCH, UNSUPPORTED_OPERATOR, BACKEND_UNAVAILABLE, SELF_TEST_FAILED
 */
export async function loadModel(
  reference: string | URL = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<Model> {
  checkOptions("loadModel", options, {
    ...BACKEND_CHECKS,
    selfTest: isBoolean,
    signal: isSignal,
    onProgress: isFunction,
  });
  const { signal, onProgress } = options;
  const modelPackage = await openPackage(reference, { signal, onProgress });
  const { instance, rejected } = await openBackend({
    backend: options.backend ?? "auto",
    threads: options.threads ?? "auto",
    wasmBuild: options.wasmBuild ?? "auto",
  });
  const classifiers: Classifier[] = [];
  try {
    for (const entry of modelPackage.manifest.classifiers) {
      throwIfAborted(signal);
      onProgress?.({
        phase: "compile",
        file: entry.file,
        index: classifiers.length,
        count: modelPackage.manifest.classifiers.length,
      });
      classifiers.push({ entry, network: await loadClassifier(modelPackage, entry, instance) });
    }
    const { selfTest } = modelPackage.manifest;
    if (selfTest !== null && options.selfTest !== false) {
      onProgress?.({ phase: "self-test" });
      await runSelfTest(
        selfTest,
        await modelPackage.read(selfTest.file),
        instance.image,
        classifiers,
        signal,
      );
    }
    return new Model(modelPackage.manifest, instance, classifiers, rejected);
  } catch (error) {
    await Promise.all(classifiers.map(({ network }) => network.dispose()));
    await instance.dispose();
    throw error;
  }
}

/** Compiles one member for its fixed input size, so that the first picture does not wait. */
async function loadClassifier(
  modelPackage: ModelPackage,
  entry: ClassifierEntry,
  instance: BackendInstance,
): Promise<EngineNetwork> {
  const model = parseModel(await modelPackage.read(entry.file));
  const network = new EngineNetwork(model, instance, { rejected: [], owner: null, optimize: true });
  try {
    const { height, width } = entry.input;
    const names = network.inputs.map((input) => input.name);
    if (!names.includes(entry.inputName))
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `model.json names the input "${entry.inputName}" of ${entry.file}; its inputs are: ${names.join(", ")}.`,
      );
    const probe = new Float32Array(3 * height * width);
    const plan = await network.plan({ [entry.inputName]: { dims: [1, 3, height, width], data: probe } });
    const output = plan.outputs.find((port) => port.name === entry.outputName);
    const labels = entry.labels.length;
    if (output === undefined || output.dims.length !== 2 || output.dims[1] !== labels)
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `model.json expects output "${entry.outputName}" [N, ${labels}] of ${entry.file}; found ` +
          `${plan.outputs.map((port) => `"${port.name}" [${port.dims.join(", ")}]`).join(", ")}.`,
      );
    return network;
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
