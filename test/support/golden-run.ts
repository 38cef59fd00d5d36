/** Runs golden models on a backend. */
import { loadClassifier } from "../../src/api/load-classifier.ts";
import { loadDetector } from "../../src/api/load-detector.ts";
import { readNetworkFile } from "../../src/api/package-network.ts";
import type { Finding } from "../../src/api/results.ts";
import type { BackendInstance } from "../../src/backends/backend.ts";
import { attachDecoder } from "../../src/decoders/index.ts";
import type { TensorData } from "../../src/graph/graph.ts";
import { importGraph } from "../../src/onnx/import.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import type { DetectorEntry } from "../../src/package/manifest.ts";
import { runClassifiers, toAbnormality } from "../../src/tasks/classify.ts";
import { runDetector, toFindings } from "../../src/tasks/detect.ts";
import { type PreparedDetection, prepare } from "../../src/tasks/prepare.ts";
import { checkLayers, type LayerResults } from "../ops/layers.ts";
import type { Tolerance } from "../reference/compare.ts";
import type { GoldenModel } from "./golden.ts";

/** Of each picture, from the package's first classifier. */
export async function goldenProbabilities(
  { modelPackage, pictures }: GoldenModel,
  instance: BackendInstance,
): Promise<number[]> {
  const entry = modelPackage.manifest.classifiers[0]!;
  const network = await loadClassifier(modelPackage, entry, instance);
  const classifiers = [{ entry, network }];
  try {
    const answers: number[] = [];
    for (const picture of pictures) {
      const { classify, release } = await prepare(instance.image, picture, { classifiers, detector: null });
      const scores = await runClassifiers(classifiers, classify, { sideBySide: instance.sideBySide });
      release();
      answers.push(toAbnormality(modelPackage.manifest, scores).probability);
    }
    return answers;
  } finally {
    await network.dispose();
  }
}

/**
 * Of each picture.
 * @param change of each value of the network's picture, which must not be on a device
 */
export async function goldenFindings(
  { modelPackage, pictures }: GoldenModel,
  instance: BackendInstance,
  change: ((pixel: number) => number) | null = null,
): Promise<{ found: Finding[][]; hostSteps: readonly string[] }> {
  const entry = modelPackage.manifest.detector!;
  const detector = await loadDetector(modelPackage, entry, instance);
  try {
    const found: Finding[][] = [];
    for (const picture of pictures) {
      const { detect, release } = await prepare(instance.image, picture, { classifiers: [], detector });
      const raw = await runDetector(detector, change === null ? detect! : changed(detect!, entry, change));
      release();
      found.push(await toFindings(instance.detection, entry, raw, picture));
    }
    return { found, hostSteps: detector.network.backend.hostSteps };
  } finally {
    await detector.network.dispose();
  }
}

function changed(
  { inputs, size }: PreparedDetection,
  { inputName }: DetectorEntry,
  change: (pixel: number) => number,
): PreparedDetection {
  const { dims, data } = inputs[inputName]!;
  return { size, inputs: { ...inputs, [inputName]: { dims, data: (data as Float32Array).map(change) } } };
}

/**
 * The detector's layers for the first picture, each by itself against float64.
 * @param cpu makes the network's picture
 */
export async function goldenLayers(
  { modelPackage, pictures }: GoldenModel,
  instance: BackendInstance,
  cpu: BackendInstance,
  tolerance: Tolerance,
): Promise<LayerResults> {
  const entry = modelPackage.manifest.detector!;
  const file = await readNetworkFile(modelPackage, entry.file);
  try {
    const model = attachDecoder(file, entry.decoder, entry.labels.length);
    const { detect } = await prepare(cpu.image, pictures[0]!, { classifiers: [], detector: { entry } });
    const inputs = Object.entries(detect!.inputs);
    const graph = importGraph(model, {
      inputs: Object.fromEntries(inputs.map(([name, { dims }]) => [name, { dims }])),
    });
    const feeds = Object.fromEntries(inputs.map(([name, { data }]) => [name, data as TensorData]));
    return await checkLayers(optimize(graph), feeds, instance, tolerance);
  } finally {
    file.file?.close();
  }
}
