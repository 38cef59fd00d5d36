/** The classifier half: members, ensemble, threshold. */
import type { DeviceNetwork } from "../api/network.ts";
import type { Abnormality, MemberScore } from "../api/results.ts";
import type { ClassifierEntry, Manifest } from "../package/manifest.ts";
import { meanLogit, sigmoid } from "./ensemble.ts";
import { inputKey, type Prepared } from "./prepare.ts";
import { runEach } from "./side-by-side.ts";

export interface Classifier {
  readonly entry: ClassifierEntry;
  readonly network: DeviceNetwork;
}

export interface RunSettings {
  readonly signal?: AbortSignal;
  /** The backend runs several networks at once. */
  readonly sideBySide: boolean;
}

/** Logits of each member, one per label, in the manifest's order. */
export async function runClassifiers(
  classifiers: readonly Classifier[],
  inputs: Prepared["classify"],
  { signal, sideBySide }: RunSettings,
): Promise<number[][]> {
  const works = classifiers.map(({ entry, network }) => async () => {
    const input = inputs.get(inputKey(entry.input))!;
    const outputs = await network.run({ [entry.inputName]: input }, { signal });
    return Array.from(outputs[entry.outputName].data as Float32Array);
  });
  return runEach(works, sideBySide);
}

/** The first label of each member is the abnormality. */
export function toAbnormality(manifest: Manifest, logits: readonly (readonly number[])[]): Abnormality {
  const members: MemberScore[] = manifest.classifiers.map((entry, i) => ({
    name: entry.name,
    probability: sigmoid(logits[i][0]),
  }));
  const probability = meanLogit(
    members.map((member) => member.probability),
    manifest.ensemble.clip,
  );
  const threshold = manifest.thresholds.abnormal;
  return { probability, threshold, positive: probability >= threshold, members };
}
