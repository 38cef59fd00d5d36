/** A model's predictions of annotated pictures, kept in a file so that an interrupted run goes on where it stopped. */
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SpineXRError } from "../api/errors.ts";
import type { Model } from "../api/model.ts";
import type { ScreeningReport } from "../api/results.ts";
import { screenAll } from "../api/screen-all.ts";
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
  const files = await findPictures(images);
  const kept = out === undefined ? null : await openKept(out, identity(model));
  const predictions = new Map(kept?.done);
  const errors = new Map<string, SpineXRError>();
  const todo: string[] = [];
  for (const imageId of imageIds) {
    if (predictions.has(imageId)) continue;
    if (files.has(imageId)) todo.push(imageId);
    else errors.set(imageId, missing(imageId, images));
  }
  const sources = todo.map((imageId) => files.get(imageId) as string);
  const known = imageIds.length - todo.length;
  show(known, imageIds.length);
  for await (const { index, report, error } of screenAll(model, sources, { signal })) {
    const imageId = todo[index] as string;
    show(known + index + 1, imageIds.length);
    if (error !== null) {
      errors.set(imageId, error);
      continue;
    }
    const prediction = toPrediction(model, imageId, report);
    if (kept !== null) await appendFile(kept.file, `${writePrediction(prediction)}\n`);
    predictions.set(imageId, prediction);
  }
  return {
    predictions: imageIds.flatMap((imageId) => predictions.get(imageId) ?? []),
    failures: imageIds.flatMap((imageId) => {
      const error = errors.get(imageId);
      return error === undefined ? [] : { imageId, error: errorEntry(error) };
    }),
  };
}

/** Files by image: IMAGE_ID.dicom, .dcm, .png, ... in the folder and below. */
export async function findPictures(images: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of await expandInputs([images])) files.set(basename(file).replace(/\.[^.]*$/, ""), file);
  return files;
}

const missing = (imageId: string, images: string): SpineXRError =>
  new SpineXRError("FILE_NOT_FOUND", `There is no picture of image ${imageId} in ${images}.`);

/**
 * With all boxes: the decision rule is the evaluation's. Without a classifier the highest score of a picture's findings
 * stands for its probability (0: nothing was found).
 */
function toPrediction(
  model: Model,
  imageId: string,
  { abnormal, findings, suppressed }: ScreeningReport,
): Prediction {
  return {
    imageId,
    abnormalProbability: abnormal?.probability ?? Math.max(0, ...findings.map(({ score }) => score)),
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
