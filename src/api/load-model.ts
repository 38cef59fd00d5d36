/** loadModel(): a model package to a Model that is ready to screen. */
import { openBackend } from "../backends/select.ts";
import { DEFAULT_MODEL } from "../package/default.ts";
import type { Manifest } from "../package/manifest.ts";
import { openPackage } from "../package/resolve.ts";
import type { Classifier } from "../tasks/classify.ts";
import type { Detector } from "../tasks/detect.ts";
import { runSelfTest } from "../tasks/self-test.ts";
import { type Algorithms, ConvChoices } from "../tune/choices.ts";
import type { Tuner } from "../tune/tuner.ts";
import { BACKEND_CHECKS, type BackendChoice, selectionOf } from "./backend-choice.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadDetector } from "./load-detector.ts";
import { EngineModel, type Model } from "./model.ts";
import { checkOptions, isBoolean, isFunction, isSignal, suggestion } from "./options.ts";
import type { OnProgress } from "./progress.ts";
import { isAlgorithmsByNetwork, openTuner, tuneMode } from "./tuning.ts";

export interface LoadModelOptions extends BackendChoice {
  /** Runs the package's golden picture on the chosen backend and compares. Default true. */
  readonly selfTest?: boolean;
  /** By the name of a network in the package: see LoadNetworkOptions.algorithms. */
  readonly algorithms?: Readonly<Record<string, Algorithms>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export { DEFAULT_MODEL };

/**
 * @param reference a package folder or .zip, an http(s) URL of one, or the name of a package shipped with spinexr
 * @throws SpineXRError MODEL_NOT_FOUND, INVALID_PACKAGE, HASH_MISMATCH, INVALID_ONNX, SHAPE_MISMATCH, UNSUPPORTED_OPERATOR,
 * BACKEND_UNAVAILABLE, SELF_TEST_FAILED, INVALID_ALGORITHM
 */
export async function loadModel(
  reference: string | URL = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<Model> {
  checkOptions("loadModel", options, {
    ...BACKEND_CHECKS,
    selfTest: isBoolean,
    algorithms: isAlgorithmsByNetwork,
    signal: isSignal,
    onProgress: isFunction,
  });
  const mode = tuneMode("loadModel", options);
  const { algorithms = {}, signal, onProgress } = options;
  const modelPackage = await openPackage(reference, { signal, onProgress });
  checkNetworkNames(modelPackage.manifest, Object.keys(algorithms));
  const tuned = mode !== null || Object.keys(algorithms).length > 0;
  const { instance, rejected } = await openBackend(selectionOf(options, tuned));
  const { manifest } = modelPackage;
  const tuner = openTuner(mode, instance, options.tuningStore, onProgress);
  const choicesOf = choicesByNetwork(tuner, algorithms);
  const count = manifest.classifiers.length + (manifest.detector === null ? 0 : 1);
  const classifiers: Classifier[] = [];
  let detector: Detector | null = null;
  const compiling = (file: string, index: number): void => {
    throwIfAborted(signal);
    onProgress?.({ phase: "compile", file, index, count });
  };
  try {
    for (const entry of manifest.classifiers) {
      compiling(entry.file, classifiers.length);
      const planning = { choices: choicesOf(entry.name), signal };
      classifiers.push({ entry, network: await loadClassifier(modelPackage, entry, instance, planning) });
    }
    if (manifest.detector !== null) {
      compiling(manifest.detector.file, classifiers.length);
      const planning = { choices: choicesOf(manifest.detector.name), signal };
      detector = await loadDetector(modelPackage, manifest.detector, instance, planning);
    }
    const { selfTest } = manifest;
    if (selfTest !== null && options.selfTest !== false) {
      onProgress?.({ phase: "self-test" });
      await runSelfTest(selfTest, await modelPackage.read(selfTest.file), instance, classifiers, signal);
    }
    return new EngineModel(manifest, instance, classifiers, detector, rejected);
  } catch (error) {
    await Promise.all([...classifiers, detector].map((half) => half?.network.dispose()));
    await instance.dispose();
    throw error;
  }
}

/** By the name of a network: its own overrides, the measurements of all. */
export function choicesByNetwork(
  tuner: Tuner | null,
  algorithms: Readonly<Record<string, Algorithms>>,
): (name: string) => ConvChoices {
  return (name) => new ConvChoices(tuner, Object.hasOwn(algorithms, name) ? algorithms[name] : undefined);
}

/** @throws SpineXRError INVALID_ALGORITHM for a name that no network of the package has */
export function checkNetworkNames({ classifiers, detector }: Manifest, names: readonly string[]): void {
  const valid = [...classifiers, ...(detector === null ? [] : [detector])].map(({ name }) => name);
  const wrong = names.find((name) => !valid.includes(name));
  if (wrong !== undefined)
    throw new SpineXRError(
      "INVALID_ALGORITHM",
      `"algorithms" names the network "${wrong}".${suggestion(wrong, valid)} The package has: ${valid.join(", ")}.`,
    );
}
