/** The plans of a network file, or of all networks of a package. */
import { loadClassifier } from "../api/load-classifier.ts";
import { loadDetector } from "../api/load-detector.ts";
import { loadNetwork } from "../api/load-network.ts";
import { EngineNetwork } from "../api/network.ts";
import type { TensorInput } from "../api/tensor.ts";
import { openBackend } from "../backends/select.ts";
import { elementCount } from "../graph/graph.ts";
import type { ClassifierEntry, DetectorEntry } from "../package/manifest.ts";
import { openPackage } from "../package/resolve.ts";
import { describePlan, type PlanDescription } from "../plan/describe.ts";
import { inputSize } from "../tasks/detector-input.ts";
import { UsageError } from "./command.ts";
import { makeInputs } from "./network-inputs.ts";

export type Shapes = ReadonlyMap<string, readonly number[]>;

export interface NetworkPlan {
  /** In a package, what the manifest calls it; otherwise the file. */
  readonly network: string;
  readonly role: "network" | "classifier" | "detector";
  readonly plan: PlanDescription;
}

/** What a detector of free size is planned for unless --shape says it: a picture upright, 3 to 4. */
const PICTURE = { height: 4000, width: 3000 };

/** @throws UsageError where the file needs onnxruntime-web, or an input's dims are not known */
export async function networkPlan(file: string, shapes: Shapes, signal: AbortSignal): Promise<NetworkPlan> {
  await using network = await loadNetwork(file, { signal });
  if (!(network instanceof EngineNetwork))
    throw new UsageError(
      `${file} has operators outside our set: it runs on ${network.backend.device}, without a plan.`,
    );
  const plan = await network.plan(makeInputs(network.inputs, shapes, "zeros"));
  return { network: file, role: "network", plan: describePlan(plan) };
}

/**
 * Classifiers for their input in the manifest, the detector for a picture of 3000 x 4000; `shapes` changes that, by the
 * name of a network.
 * @throws UsageError for a name that no network has
 */
export async function packagePlans(
  reference: string,
  shapes: Shapes,
  signal: AbortSignal,
): Promise<NetworkPlan[]> {
  const modelPackage = await openPackage(reference, { signal });
  const { classifiers, detector } = modelPackage.manifest;
  const names = [...classifiers, ...(detector === null ? [] : [detector])].map(({ name }) => name);
  for (const name of shapes.keys())
    if (!names.includes(name))
      throw new UsageError(
        `With --model, --shape takes the name of a network: ${names.join(", ")}; found "${name}".`,
      );
  const { instance } = await openBackend({ backend: "auto", threads: "auto" });
  try {
    const plans: NetworkPlan[] = [];
    for (const entry of classifiers) {
      await using network = await loadClassifier(modelPackage, entry, instance);
      const plan = describePlan(await network.plan(classifierInputs(entry, shapes)));
      plans.push({ network: entry.name, role: "classifier", plan });
    }
    if (detector !== null) {
      await using network = (await loadDetector(modelPackage, detector, instance)).network;
      const plan = describePlan(await network.plan(detectorInputs(detector, shapes)));
      plans.push({ network: detector.name, role: "detector", plan });
    }
    return plans;
  } finally {
    await instance.dispose();
  }
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
