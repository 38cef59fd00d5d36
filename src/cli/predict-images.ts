/** A model's predictions of annotated pictures, kept in a file so that an interrupted run goes on where it stopped. */
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import type { Model } from "../api/model.ts";
import { readImage } from "../api/read-image.ts";
import { type Prediction, readPrediction, writePrediction } from "../metrics/predictions.ts";
import { errorEntry } from "./command.ts";
import { expandInputs } from "./inputs.ts";

/** In the folder of results: a header that names the model, then one prediction per line. */
export const PREDICTIONS_FILE = "predictions.jsonl";

export interface Failure {
  readonly imageId: string;
  readonly error: { readonly code: string; readonly message: string };
}

export interface PredictOptions {
  readonly images: string;
  /** Folder of results; without it nothing is kept. */
  readonly out: string | undefined;
  readonly signal: AbortSignal;
  show(done: number, total: number): void;
}

/**
 * Pictures are found in the folder and below by name: IMAGE_ID.dicom, .dcm, .png, ... Those that fail are left out of the
 * kept file, so that the next run tries them again.
 * @throws SpineXRError ABORTED, FILE_UNREADABLE, INVALID_ARGUMENT when the kept predictions are another model's
 */
export async function predictImages(
  model: Model,
  imageIds: readonly string[],
  { images, out, signal, show }: PredictOptions,
): Promise<{ predictions: Prediction[]; failures: Failure[] }> {
  const files = new Map<string, string>();
  for (const file of await expandInputs([images])) files.set(basename(file).replace(/\.[^.]*$/, ""), file);
  const kept = out === undefined ? null : await openKept(out, identity(model));
  const predictions: Prediction[] = [];
  const failures: Failure[] = [];
  for (const imageId of imageIds) {
    throwIfAborted(signal);
    show(predictions.length + failures.length, imageIds.length);
    const known = kept?.done.get(imageId);
    if (known !== undefined) {
      predictions.push(known);
      continue;
    }
    try {
      const prediction = await predict(model, imageId, files.get(imageId), images, signal);
      if (kept !== null) await appendFile(kept.file, `${writePrediction(prediction)}\n`);
      predictions.push(prediction);
    } catch (error) {
      if (error instanceof SpineXRError && error.code === "ABORTED") throw error;
      failures.push({ imageId, error: errorEntry(error) });
    }
  }
  return { predictions, failures };
}

async function predict(
  model: Model,
  imageId: string,
  file: string | undefined,
  images: string,
  signal: AbortSignal,
): Promise<Prediction> {
  if (file === undefined)
    throw new SpineXRError("FILE_NOT_FOUND", `There is no picture of image ${imageId} in ${images}.`);
  const { abnormal, findings, suppressed } = await model.screen(await readImage(file, { signal }), {
    signal,
  });
  if (abnormal === null)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The model package ${model.manifest.name} has no classifier; expected one that says how likely a picture is abnormal.`,
    );
  return {
    imageId,
    abnormalProbability: abnormal.probability,
    findings: model.manifest.detector === null ? null : [...findings, ...suppressed],
  };
}

/** The same for the same manifest, which names the sha256 of every network file. */
function identity(model: Model): string {
  const sha256 = createHash("sha256").update(JSON.stringify(model.manifest)).digest("hex");
  return JSON.stringify({ schema: "spinexr.predictions/1", model: model.manifest.name, manifest: sha256 });
}

/** Creates the file, or reads what a former run finished; a last line that was cut off is removed. */
async function openKept(out: string, header: string) {
  await mkdir(out, { recursive: true });
  const file = join(out, PREDICTIONS_FILE);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw new SpineXRError("FILE_UNREADABLE", `The file ${file} cannot be read (${cause.code}).`, { cause });
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const [first, ...lines] = whole.split("\n").filter((line) => line !== "");
  if (first !== undefined && first !== header)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${file} holds predictions of another model; name another folder with --out or remove the file.`,
    );
  const done = new Map<string, Prediction>();
  for (const [i, line] of lines.entries()) {
    const prediction = readPrediction(parseLine(line, file, i + 2), `${file} line ${i + 2}`);
    done.set(prediction.imageId, prediction);
  }
  if (first === undefined) await writeFile(file, `${header}\n`);
  else if (whole.length < text.length) await writeFile(file, whole);
  return { file, done };
}

function parseLine(line: string, file: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new SpineXRError("INVALID_ARGUMENT", `${file} line ${number} is not JSON; remove the line.`, {
      cause,
    });
  }
}
