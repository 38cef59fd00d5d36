/** Checkpoints to a model package, free of files and platforms: bytes in, named bytes out. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { OnProgress } from "../api/progress.ts";
import { writeModel } from "../onnx/write.ts";
import type { ClassifierEntry, Manifest, ModelInput } from "../package/manifest.ts";
import { validateManifest } from "../package/validate.ts";
import { sha256Hex } from "../platform/hash.ts";
import { findFamily } from "./architectures/families.ts";
import { readCheckpoint } from "./checkpoint/read-checkpoint.ts";
import { formatJson } from "./format-json.ts";

export interface CheckpointFile {
  /** For messages and the manifest's provenance; not opened. */
  readonly fileName: string;
  /** Called once, when this checkpoint's turn has come. */
  load(): Promise<Uint8Array>;
}

/** Receives the files of the package, model.json last. */
export interface PackageWriter {
  write(file: string, bytes: Uint8Array): Promise<void>;
}

export interface ConvertOptions {
  /** Several make an ensemble. */
  readonly checkpoints: readonly CheckpointFile[];
  /** One per checkpoint, or one for all. */
  readonly archs: readonly string[];
  /** Name of the package: lower-case letters, digits, dots, underscores, hyphens. */
  readonly name: string;
  /** Probability from which a picture is called abnormal, 0 to 1. Default 0.28. */
  readonly threshold?: number;
  /** Meaning of each logit, the abnormality first. Default ["abnormal"]. */
  readonly labels?: readonly string[];
  /** What differs from the reference's input: 224 x 224, BGR minus the ImageNet mean, on the scale 0 to 255. */
  readonly input?: Partial<ModelInput>;
  /** What the converter cannot know; each has a default that says so. */
  readonly about?: Partial<Pick<Manifest, "version" | "license" | "intendedUse" | "warnings">> & {
    readonly source?: string;
    readonly training?: string;
  };
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** VinDr-SpineXR's classifier input. */
const REFERENCE_INPUT: ModelInput = {
  height: 224,
  width: 224,
  resize: "stretch",
  colorOrder: "BGR",
  mean: [103.53, 116.28, 123.675],
  std: [1, 1, 1],
};
const REFERENCE_THRESHOLD = 0.28;
const REFERENCE_CLIP = 1e-6;

/**
 * Converts checkpoints and writes one .onnx per classifier and model.json.
 *
 * @throws SpineXRError INVALID_ARGUMENT, INVALID_CHECKPOINT, FORBIDDEN_PICKLE, LIMIT_EXCEEDED, INVALID_PACKAGE (an
 *   option that the manifest's schema refuses), ABORTED; messages about a checkpoint begin with its name
 */
export async function convertCheckpoints(options: ConvertOptions, writer: PackageWriter): Promise<Manifest> {
  const { checkpoints, onProgress, signal } = options;
  const archs = archPerCheckpoint(options);
  const classifiers: ClassifierEntry[] = [];
  const sources: string[] = [];
  const notes = new Set<string>();
  for (const [index, checkpoint] of checkpoints.entries()) {
    throwIfAborted(signal);
    const { fileName } = checkpoint;
    onProgress?.({ phase: "convert", file: fileName, done: index, total: checkpoints.length });
    const bytes = await checkpoint.load();
    throwIfAborted(signal);
    const arch = archs[index]!;
    const converted = await convertOne(bytes, arch, fileName);
    const labels = checkLabels(options.labels, converted.outputs, fileName);
    const onnx = writeModel(converted.model);
    const name = memberName(archs, index);
    const file = `${name}.onnx`;
    await writer.write(file, onnx);
    classifiers.push({
      name,
      architecture: arch,
      file,
      sha256: sha256Hex(onnx),
      input: { ...REFERENCE_INPUT, ...options.input },
      inputName: converted.inputName,
      outputName: converted.outputName,
      labels,
    });
    sources.push(`${fileName} (sha256 ${sha256Hex(bytes)})`);
    for (const note of converted.notes) notes.add(note);
  }
  throwIfAborted(signal);
  const manifest = validateManifest(makeManifest(options, classifiers, sources, [...notes]));
  await writer.write("model.json", new TextEncoder().encode(formatJson(manifest)));
  onProgress?.({ phase: "convert", file: "model.json", done: checkpoints.length, total: checkpoints.length });
  return manifest;
}

function archPerCheckpoint({ checkpoints, archs }: ConvertOptions): readonly string[] {
  if (checkpoints.length === 0) {
    throw new SpineXRError("INVALID_ARGUMENT", "There is no checkpoint to convert; name at least one.");
  }
  if (archs.length !== 1 && archs.length !== checkpoints.length) {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `There are ${checkpoints.length} checkpoints and ${archs.length} architectures; ` +
        "give one architecture for all or one for each, in the same order.",
    );
  }
  for (const arch of archs) findFamily(arch);
  return checkpoints.map((_, index) => archs[index] ?? archs[0]!);
}

async function convertOne(bytes: Uint8Array, arch: string, fileName: string) {
  try {
    return findFamily(arch).convert(await readCheckpoint(bytes), arch);
  } catch (cause) {
    if (!(cause instanceof SpineXRError)) throw cause;
    throw new SpineXRError(cause.code, `${fileName}: ${cause.message}`, { cause });
  }
}

function checkLabels(labels: readonly string[] | undefined, outputs: number, fileName: string): string[] {
  if (labels === undefined && outputs === 1) return ["abnormal"];
  if (labels?.length === outputs) return [...labels];
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `The network of ${fileName} has ${outputs} outputs, but ${labels?.length ?? "no"} labels were given; ` +
      "give one label for each output, the abnormality first.",
  );
}

/** The architecture's name, with a number behind it where several members share it. */
function memberName(archs: readonly string[], index: number): string {
  const arch = archs[index]!;
  if (archs.indexOf(arch) === archs.lastIndexOf(arch)) return arch;
  return `${arch}-${archs.slice(0, index + 1).filter((other) => other === arch).length}`;
}

function makeManifest(
  { name, threshold, about = {} }: ConvertOptions,
  classifiers: readonly ClassifierEntry[],
  sources: readonly string[],
  notes: readonly string[],
): Manifest {
  const thresholdNote =
    threshold === undefined
      ? `The threshold ${REFERENCE_THRESHOLD} is the only one that VinDr-SpineXR publishes; it was not tuned for these weights.`
      : `The threshold ${threshold} was given at conversion.`;
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
      "Research on spine radiographs: how likely a picture is abnormal. Not a medical device, not for diagnosis.",
    provenance: {
      source: about.source ?? `Converted from ${sources.join(", ")}.`,
      training: about.training ?? "Not recorded in the checkpoint.",
      notes: [...notes, thresholdNote].join(" "),
    },
    warnings: about.warnings ?? [],
    classifiers,
    detector: null,
    ensemble: { rule: "mean-logit", clip: REFERENCE_CLIP },
    thresholds: { abnormal: threshold ?? REFERENCE_THRESHOLD, findingWhenNormal: 0.5 },
    selfTest: null,
  };
}
