/** What was converted to a manifest. */
import type { ClassifierEntry, DetectorEntry, Manifest } from "../package/manifest.ts";
import type { ConvertOptions } from "./convert-options.ts";

/** Collected while checkpoints are converted. */
export interface Findings {
  readonly classifiers: ClassifierEntry[];
  detector: DetectorEntry | null;
  readonly sources: string[];
  readonly notes: Set<string>;
}

const REFERENCE_THRESHOLD = 0.28;
/** The reference's decision rule: on pictures called normal, findings need this score. */
const REFERENCE_FINDING_THRESHOLD = 0.5;
const REFERENCE_CLIP = 1e-6;

export function makeManifest(
  { name, threshold, about = {} }: ConvertOptions,
  { classifiers, detector, sources, notes }: Findings,
): Manifest {
  const thresholdNote =
    threshold !== undefined
      ? `The threshold ${threshold} was given at conversion.`
      : classifiers.length === 0
        ? ""
        : `The threshold ${REFERENCE_THRESHOLD} is the only one that VinDr-SpineXR publishes; it was not tuned for these weights.`;
  const purposes = [
    ...(classifiers.length > 0 ? ["how likely a picture is abnormal"] : []),
    ...(detector === null ? [] : ["where findings are"]),
  ];
  return {
    schema: "spinexr.model/1",
    name,
    version: about.version ?? "1",
    kind: "vindr-spinexr",
    license:
      about.license ??
      "Not stated: the licence of the checkpoint holds; fill it in before sharing this package.",
    intendedUse:
      about.intendedUse ??
      `Research on spine radiographs: ${purposes.join(" and ")}. Not a medical device, not for diagnosis.`,
    provenance: {
      source: about.source ?? `Converted from ${sources.join(", ")}.`,
      training: about.training ?? "Not recorded in the checkpoint.",
      notes: [...notes, thresholdNote].filter((note) => note !== "").join(" "),
    },
    warnings: about.warnings ?? [],
    classifiers,
    detector,
    ensemble: { rule: "mean-logit", clip: REFERENCE_CLIP },
    thresholds: {
      abnormal: threshold ?? REFERENCE_THRESHOLD,
      findingWhenNormal: REFERENCE_FINDING_THRESHOLD,
    },
    selfTest: null,
  };
}
