/** Checkpoints to a model package, free of files and platforms: bytes in, named bytes out. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { OnnxModel } from "../onnx/model.ts";
import { writeModel } from "../onnx/write.ts";
import type { ClassifierEntry, DetectorEntry, Manifest, ModelInput } from "../package/manifest.ts";
import { validateManifest } from "../package/validate.ts";
import { sha256Hex } from "../platform/hash.ts";
import { LESION_CLASSES } from "../vindr-spinexr.ts";
import type { ArchitectureFamily } from "./architectures/architecture.ts";
import { findFamily } from "./architectures/families.ts";
import { readCheckpoint } from "./checkpoint/read-checkpoint.ts";
import { type ConfigTree, readYaml } from "./config/read-yaml.ts";
import type { ConvertOptions, PackageWriter } from "./convert-options.ts";
import { formatJson } from "./format-json.ts";
import { halveWeights } from "./half-weights.ts";
import { type Findings, makeManifest } from "./make-manifest.ts";

/** VinDr-SpineXR's classifier input. */
const REFERENCE_INPUT: ModelInput = {
  height: 224,
  width: 224,
  resize: "stretch",
  colorOrder: "BGR",
  mean: [103.53, 116.28, 123.675],
  std: [1, 1, 1],
};

const INPUT_IS_A_GUESS =
  "The checkpoint does not say how its inputs were prepared: check mean, std and colorOrder against the training code.";

/** One checkpoint on its way into the package. */
interface Member {
  /** Of the entry in the manifest, and of its file. */
  readonly name: string;
  readonly arch: string;
  readonly family: ArchitectureFamily;
  readonly fileName: string;
}

/**
 * Converts checkpoints and writes one .onnx for each and model.json.
 *
 * @throws SpineXRError INVALID_ARGUMENT, INVALID_CHECKPOINT, FORBIDDEN_PICKLE, LIMIT_EXCEEDED, INVALID_PACKAGE (an
 *   option that the manifest's schema refuses), ABORTED; messages about a file begin with its name
 */
export async function convertCheckpoints(options: ConvertOptions, writer: PackageWriter): Promise<Manifest> {
  const { checkpoints, onProgress, signal } = options;
  const members = listMembers(options);
  const found: Findings = { classifiers: [], detector: null, sources: [], notes: new Set() };
  const config = await readConfig(options, found);
  if (options.weights === "float16") found.notes.add("Weights are stored as float16.");
  for (const [index, member] of members.entries()) {
    throwIfAborted(signal);
    onProgress?.({ phase: "convert", file: member.fileName, done: index, total: members.length });
    const bytes = await checkpoints[index]!.load();
    throwIfAborted(signal);
    found.sources.push(`${member.fileName} (sha256 ${sha256Hex(bytes)})`);
    const { entry, model, notes } = await convertMember(member, bytes, config, options);
    const onnx = writeModel(options.weights === "float16" ? halveWeights(model) : model);
    const { name, architecture, file, ...rest } = entry;
    const sealed = { name, architecture, file, sha256: sha256Hex(onnx), ...rest };
    await writer.write(file, onnx);
    if ("decoder" in sealed) found.detector = sealed;
    else found.classifiers.push(sealed);
    for (const note of notes) found.notes.add(note);
  }
  throwIfAborted(signal);
  const manifest = validateManifest(makeManifest(options, found));
  await writer.write("model.json", new TextEncoder().encode(formatJson(manifest)));
  onProgress?.({ phase: "convert", file: "model.json", done: members.length, total: members.length });
  return manifest;
}

function listMembers({ checkpoints, archs, config, detectorLabels }: ConvertOptions): Member[] {
  const invalid = (message: string): never => {
    throw new SpineXRError("INVALID_ARGUMENT", message);
  };
  if (checkpoints.length === 0) invalid("There is no checkpoint to convert; name at least one.");
  if (archs.length !== 1 && archs.length !== checkpoints.length) {
    invalid(
      `There are ${checkpoints.length} checkpoints and ${archs.length} architectures; ` +
        "give one architecture for all or one for each, in the same order.",
    );
  }
  const each = checkpoints.map((_, index) => archs[index] ?? archs[0]!);
  const members = checkpoints.map(({ fileName }, index): Member => {
    const arch = each[index]!;
    return { name: memberName(each, index), arch, family: findFamily(arch), fileName };
  });
  const detectors = members.filter(({ family }) => family.kind === "detector");
  if (detectors.length > 1) {
    invalid(`A package has one detector, found ${detectors.map(({ fileName }) => fileName).join(", ")}.`);
  }
  if (detectors.length === 0 && (config !== undefined || detectorLabels !== undefined)) {
    invalid("A configuration and labels of findings belong to a detector, but no checkpoint is one.");
  }
  return members;
}

async function readConfig(
  { config, signal }: ConvertOptions,
  { notes }: Findings,
): Promise<ConfigTree | null> {
  if (config === undefined) return null;
  const bytes = await config.load();
  throwIfAborted(signal);
  const tree = await named(config.fileName, () => readYaml(bytes));
  notes.add(`The detector's configuration is ${config.fileName} (sha256 ${sha256Hex(bytes)}).`);
  return tree;
}

type Entry = Omit<ClassifierEntry, "sha256"> | Omit<DetectorEntry, "sha256">;

async function convertMember(
  { name, arch, family, fileName }: Member,
  bytes: Uint8Array,
  config: ConfigTree | null,
  options: ConvertOptions,
): Promise<{ entry: Entry; model: OnnxModel; notes: readonly string[] }> {
  const converted = await named(fileName, async () =>
    family.convert(await readCheckpoint(bytes), arch, config),
  );
  const { model, inputName, notes } = converted;
  const common = { name, architecture: arch, file: `${name}.onnx`, inputName };
  if (converted.kind === "classifier") {
    const labels = classifierLabels(options.labels, converted.outputs, fileName);
    const input = { ...REFERENCE_INPUT, ...options.input };
    const guessed = !converted.referenceInput && options.input === undefined;
    return {
      entry: { ...common, input, outputName: converted.outputName, labels },
      model,
      notes: guessed ? [...notes, INPUT_IS_A_GUESS] : notes,
    };
  }
  const { input, sizeInputName, decoder } = converted;
  const labels = findingLabels(converted.labels ?? options.detectorLabels, converted.classes, fileName);
  return { entry: { ...common, input, sizeInputName, decoder, labels }, model, notes };
}

/** Puts the file's name in front of errors. */
async function named<T>(fileName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof SpineXRError)) throw cause;
    throw new SpineXRError(cause.code, `${fileName}: ${cause.message}`, { cause });
  }
}

function classifierLabels(
  labels: readonly string[] | undefined,
  outputs: number,
  fileName: string,
): readonly string[] {
  if (labels === undefined && outputs === 1) return ["abnormal"];
  if (labels?.length === outputs) return labels;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `The network of ${fileName} has ${outputs} outputs, but ${labels?.length ?? "no"} labels were given; ` +
      "give one label for each output, the abnormality first.",
  );
}

function findingLabels(
  labels: readonly string[] | undefined,
  classes: number,
  fileName: string,
): readonly string[] {
  if (labels === undefined && classes === LESION_CLASSES.length) return LESION_CLASSES;
  if (labels?.length === classes) return labels;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `The detector of ${fileName} has ${classes} classes, but ${labels?.length ?? "no"} labels were given; ` +
      "give one for each class, in SPINE.FINDINGS of the configuration or as labels.",
  );
}

/** The architecture's name, with a number behind it where several members share it. */
function memberName(archs: readonly string[], index: number): string {
  const arch = archs[index]!;
  if (archs.indexOf(arch) === archs.lastIndexOf(arch)) return arch;
  return `${arch}-${archs.slice(0, index + 1).filter((other) => other === arch).length}`;
}
