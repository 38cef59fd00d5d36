/** convertToPackage(): checkpoint files to a package folder on disk. */
import { basename, resolve } from "node:path";
import { SpineXRError } from "../api/errors.ts";
import { checkOptions, isBoolean, isFunction, isObject, isSignal, isString } from "../api/options.ts";
import type { Manifest } from "../package/manifest.ts";
import { readBytes } from "../platform/files.ts";
import { convertCheckpoints } from "./convert.ts";
import type { ConvertOptions, SourceFile } from "./convert-options.ts";
import { checkOutput, writeFolder } from "./package-folder.ts";

export interface ConvertToPackageOptions extends Omit<ConvertOptions, "checkpoints" | "name" | "config"> {
  /** .pth or .safetensors files: classifiers of an ensemble, and a detector. */
  readonly checkpointPaths: readonly string[];
  /** detectron2's configuration of the detector, a YAML file. */
  readonly configPath?: string;
  /** The folder that becomes the package. */
  readonly out: string;
  /** Default: made from the folder's name. */
  readonly name?: string;
  /** Replace a package that is already there. A folder with anything else in it is never replaced. */
  readonly force?: boolean;
}

/**
 * Converts checkpoints into a package folder, which appears whole or not at all: it is written beside `out` and renamed.
 *
 * @throws SpineXRError as convertCheckpoints, and FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT where `out` is taken
 */
export async function convertToPackage(
  options: ConvertToPackageOptions,
): Promise<{ manifest: Manifest; directory: string }> {
  checkOptions("convertToPackage", options, {
    checkpointPaths: isListOfStrings,
    archs: isListOfStrings,
    configPath: isString,
    out: isString,
    name: isString,
    weights: isStorage,
    threshold: isProbability,
    labels: isListOfStrings,
    detectorLabels: isListOfStrings,
    input: isObject,
    about: isObject,
    force: isBoolean,
    onProgress: isFunction,
    signal: isSignal,
  });
  const { checkpointPaths, configPath, out, force = false, name = packageName(out), signal } = options;
  await checkOutput(out, force);
  const source = (path: string): SourceFile => ({
    fileName: basename(path),
    load: () => readBytes(path, { signal }),
  });
  const checkpoints = checkpointPaths.map(source);
  const config = configPath === undefined ? undefined : source(configPath);
  const manifest = await writeFolder(out, force, (writer) =>
    convertCheckpoints({ ...options, checkpoints, config, name }, writer),
  );
  return { manifest, directory: out };
}

const isListOfStrings = (value: unknown): string | null =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "")
    ? null
    : "a list of non-empty strings";

const isStorage = (value: unknown): string | null =>
  value === "float32" || value === "float16" ? null : '"float32" or "float16"';

const isProbability = (value: unknown): string | null =>
  typeof value === "number" && value >= 0 && value <= 1 ? null : "a number from 0 to 1";

/** "My Model/" to "my-model". */
function packageName(out: string): string {
  const name = basename(resolve(out))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "")
    .slice(0, 64);
  if (name !== "") return name;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `No package name can be made from the folder ${out}; give a name.`,
  );
}
