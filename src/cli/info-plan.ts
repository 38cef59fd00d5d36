/** The plans of a network file, or of all networks of a package. */
import { selectionOf } from "../api/backend-choice.ts";
import { loadClassifier } from "../api/load-classifier.ts";
import { loadDetector } from "../api/load-detector.ts";
import { checkNetworkNames, choicesByNetwork } from "../api/load-model.ts";
import { type LoadNetworkOptions, loadNetwork } from "../api/load-network.ts";
import { EngineNetwork } from "../api/network.ts";
import type { TensorInput } from "../api/tensor.ts";
import { openTuner, tuneMode } from "../api/tuning.ts";
import type { BackendChoiceName } from "../backends/names.ts";
import { openBackend } from "../backends/select.ts";
import { elementCount } from "../graph/graph.ts";
import type { ClassifierEntry, DetectorEntry } from "../package/manifest.ts";
import { openPackage } from "../package/resolve.ts";
import type { PlanDescription } from "../plan/describe.ts";
import { inputSize } from "../tasks/detector-input.ts";
import type { Algorithms, ConvChoice, TuningReport } from "../tune/choices.ts";
import { UsageError } from "./command.ts";
import { makeInputs } from "./network-inputs.ts";

export type Shapes = ReadonlyMap<string, readonly number[]>;

export interface NetworkPlan {
  /** In a package, what the manifest calls it; otherwise the file. */
  readonly network: string;
  readonly role: "network" | "classifier" | "detector";
  readonly plan: PlanDescription;
  /** For the conv steps of the plan. */
  readonly choices: readonly ConvChoice[];
  readonly tuning: TuningReport;
}

/** Backend and tuning as for running. */
export interface PlanSettings extends Omit<LoadNetworkOptions, "backend" | "algorithms"> {
  readonly backend: BackendChoiceName;
  readonly signal: AbortSignal;
}

/** What a detector of free size is planned for unless --shape says it: a picture upright, 3 to 4. */
const PICTURE = { height: 4000, width: 3000 };

/** @throws UsageError where the file needs onnxruntime-web, or an input's dims are not known */
export async function networkPlan(
  file: string,
  shapes: Shapes,
  settings: PlanSettings,
  algorithms?: Algorithms,
): Promise<NetworkPlan> {
  await using network = await loadNetwork(file, { ...settings, algorithms });
  if (!(network instanceof EngineNetwork))
    throw new UsageError(
      `${file} has operators outside our set: it runs on ${network.backend.device}, without a plan.`,
    );
  return describe(network, file, "network", makeInputs(network.inputs, shapes, "zeros"), settings);
}

/**
 * Classifiers for their input in the manifest, the detector for a picture of 3000 x 4000; `shapes` changes that, by the
 * name of a network.
 * @throws UsageError for a name that no network has
 */
export async function packagePlans(
  reference: string,
  shapes: Shapes,
  settings: PlanSettings,
  algorithms: Readonly<Record<string, Algorithms>> = {},
): Promise<NetworkPlan[]> {
  const { signal, onProgress, tuningStore } = settings;
  const modelPackage = await openPackage(reference, { signal });
  const { classifiers, detector } = modelPackage.manifest;
  const names = [...classifiers, ...(detector === null ? [] : [detector])].map(({ name }) => name);
  for (const name of shapes.keys())
    if (!names.includes(name))
      throw new UsageError(
        `With --model, --shape takes the name of a network: ${names.join(", ")}; found "${name}".`,
      );
  checkNetworkNames(modelPackage.manifest, Object.keys(algorithms));
  const mode = tuneMode("info", settings);
  const tuned = mode !== null || Object.keys(algorithms).length > 0;
  const { instance } = await openBackend(selectionOf(settings, tuned));
  try {
    const tuner = openTuner(mode, instance, tuningStore, onProgress);
    const choicesOf = choicesByNetwork(tuner, algorithms);
    const plans: NetworkPlan[] = [];
    for (const entry of classifiers) {
      const planning = { choices: choicesOf(entry.name), signal };
      await using network = await loadClassifier(modelPackage, entry, instance, planning);
      const inputs = classifierInputs(entry, shapes);
      plans.push(await describe(network, entry.name, "classifier", inputs, settings));
    }
    if (detector !== null) {
      const planning = { choices: choicesOf(detector.name), signal };
      const { network: made } = await loadDetector(modelPackage, detector, instance, planning);
      await using network = made;
      const inputs = detectorInputs(detector, shapes);
      plans.push(await describe(network, detector.name, "detector", inputs, settings));
    }
    return plans;
  } finally {
    await instance.dispose();
  }
}

async function describe(
  network: EngineNetwork,
  name: string,
  role: NetworkPlan["role"],
  inputs: Readonly<Record<string, TensorInput>>,
  { signal }: PlanSettings,
): Promise<NetworkPlan> {
  const described = await network.describe(inputs, { signal });
  return { network: name, role, ...described, tuning: network.tuning };
}

function classifierInputs({ name, input, inputName }: ClassifierEntry, shapes: Shapes) {
  return { [inputName]: zeros(shapes.get(name) ?? [1, 3, input.height, input.width]) };
}

function detectorInputs({ name, input, inputName, sizeInputName }: DetectorEntry, shapes: Shapes) {
  const usual = inputSize(input.resize, PICTURE);
  const dims = shapes.get(name) ?? [1, 3, usual.paddedHeight, usual.paddedWidth];
  const inputs: Record<string, TensorInput> = { [inputName]: zeros(dims) };
  if (sizeInputName !== null) inputs[sizeInputName] = { dims: [2], data: Float32Array.from(dims.slice(-2)) };
  return inputs;
}

const zeros = (dims: readonly number[]): TensorInput => ({
  dims,
  data: new Float32Array(elementCount(dims)),
});
