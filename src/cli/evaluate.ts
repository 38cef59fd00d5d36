/** spinexr evaluate: predictions, or a model on a folder of pictures, against annotations. */
import { mkdir, writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { DEFAULT_MODEL, loadModel } from "../api/load-model.ts";
import type { Model } from "../api/model.ts";
import { BACKEND_CHOICES } from "../backends/names.ts";
import { parseAnnotations } from "../metrics/annotations.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { type Evaluation, evaluate as evaluateAll, join } from "../metrics/evaluate.ts";
import { plots } from "../metrics/plots/plots.ts";
import { type Prediction, parsePredictions } from "../metrics/predictions.ts";
import { evaluationPage } from "../output/page/page.ts";
import { readBytes } from "../platform/files.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Arguments, type Command, type Io, integer, UsageError } from "./command.ts";
import { mistakeGalleries } from "./mistake-galleries.ts";
import { type Failure, predictImages } from "./predict-images.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";
import { TUNING_OPTIONS, tuningOptions } from "./tuning-options.ts";

export const evaluate: Command = {
  name: "evaluate",
  summary: "AUROC, average precision and more of predictions, or of a model, on annotated pictures.",
  operands: "--annotations CSV (--predictions FILE | --images DIR)",
  options: {
    annotations: { kind: "value", value: "CSV", help: "in the layout of VinDr-SpineXR" },
    predictions: {
      kind: "value",
      value: "FILE",
      help: "JSON list of pictures with probability and findings",
    },
    images: {
      kind: "value",
      value: "DIR",
      help: "pictures IMAGE_ID.dicom, .dcm, ...; a model predicts them",
    },
    model: {
      kind: "value",
      value: "P",
      help: `with --images: package folder, .zip, URL or name (default ${DEFAULT_MODEL})`,
    },
    ...BACKEND_OPTIONS,
    ...TUNING_OPTIONS,
    threshold: { kind: "value", value: "T", help: "0 to 1: abnormal from here on (default: Youden's)" },
    seed: { kind: "value", value: "N", help: "of the bootstrap (default 0)" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
    out: {
      kind: "value",
      value: "DIR",
      help: "write evaluation.html, plots and evaluation.json; with --images also go on from here",
    },
  },
  async run(args, io) {
    const csv = args.value("annotations");
    if (csv === undefined) throw new UsageError("spinexr evaluate expects --annotations CSV.");
    if (args.positionals.length > 0)
      throw new UsageError(`spinexr evaluate takes options only, found "${args.positionals[0]}".`);
    const threshold = args.value("threshold");
    const options = {
      seed: integer("seed", args.value("seed") ?? "0", 0, 2 ** 32 - 1),
      threshold: threshold === undefined ? undefined : fraction("threshold", threshold),
    };
    checkSource(args);
    const annotations = parseAnnotations(await readText(csv, io.signal));
    const imageIds = annotations.map(({ imageId }) => imageId);
    await using obtained = await obtain(args, io, imageIds);
    const { predictions, failures, keepThreshold, model } = obtained;
    const failed = new Set(failures.map(({ imageId }) => imageId));
    for (const { imageId, error } of failures) io.err(`${imageId}: ${error.message}\n`);
    if (isBlind(model)) io.err(`${STAND_IN}\n`);
    const data = join(
      predictions,
      annotations.filter(({ imageId }) => !failed.has(imageId)),
    );
    const evaluation = evaluateAll(data, { ...options, keepThreshold });
    const document = `${JSON.stringify(toJson(evaluation, failures, model), null, 1)}\n`;
    const out = args.value("out");
    if (out !== undefined) {
      await mkdir(out, { recursive: true });
      await writeFile(joinPath(out, "evaluation.json"), document);
      const drawn = plots(data, evaluation.threshold);
      for (const [name, svg] of Object.entries(drawn)) await writeFile(joinPath(out, name), svg);
      const images = args.value("images");
      const shown = model === null || images === undefined ? null : { model, images };
      const galleries =
        shown && (await mistakeGalleries(data, evaluation.threshold, { ...shown, signal: io.signal }));
      const page = evaluationPage({
        evaluation,
        plots: Object.values(drawn),
        galleries: galleries ?? [],
        remarks: remarksOn(model),
        failures,
      });
      await writeFile(joinPath(out, "evaluation.html"), page);
    }
    io.out(args.flag("json") ? document : report(evaluation));
    return failures.length > 0 ? 1 : 0;
  },
};

function checkSource(args: Arguments): void {
  const fromFile = args.value("predictions") !== undefined;
  if (fromFile === (args.value("images") !== undefined))
    throw new UsageError("spinexr evaluate expects either --predictions FILE or --images DIR.");
  if (fromFile && args.value("model") !== undefined)
    throw new UsageError("--model goes with --images; leave it out, or give a folder of pictures.");
}

interface Obtained extends AsyncDisposable {
  readonly predictions: Prediction[];
  readonly failures: Failure[];
  readonly keepThreshold?: number;
  /** Still loaded, to show pictures; null where the predictions came from a file. */
  readonly model: Model | null;
}

async function obtain(args: Arguments, io: Io, imageIds: readonly string[]): Promise<Obtained> {
  const file = args.value("predictions");
  if (file !== undefined) {
    const predictions = parsePredictions(await readText(file, io.signal));
    return { predictions, failures: [], model: null, [Symbol.asyncDispose]: async () => {} };
  }
  const settings = { ...backendOptions(args, BACKEND_CHOICES), ...tuningOptions(args) };
  const progress = new Progress(io);
  let model: Model | null = null;
  try {
    model = await loadModel(args.value("model") ?? DEFAULT_MODEL, {
      ...settings,
      signal: io.signal,
      onProgress: (event) => progress.event(event),
    });
    const made = await predictImages(model, imageIds, {
      images: args.value("images") as string,
      out: args.value("out"),
      signal: io.signal,
      show: (done, total) => progress.show("screening", done, total),
    });
    for (const warning of model.tuning.warnings) io.err(`warning: ${warning}\n`);
    const loaded = model;
    return {
      ...made,
      // Without a classifier there is no rule to apply.
      keepThreshold: isBlind(model) ? 0 : model.manifest.thresholds.findingWhenNormal,
      model,
      [Symbol.asyncDispose]: () => loaded.dispose(),
    };
  } catch (error) {
    await model?.dispose();
    throw error;
  } finally {
    progress.end();
  }
}

function remarksOn(model: Model | null): string[] {
  if (model === null) return ["Predictions were read from a file; without --images no pictures are shown."];
  const { name, version, warnings } = model.manifest;
  return [`Model ${name} ${version}.`, ...(isBlind(model) ? [STAND_IN] : []), ...warnings];
}

const STAND_IN =
  "The package has no classifier: the highest score of a picture's findings stands for its probability, and there is no decision rule.";

const isBlind = (model: Model | null): boolean => model?.manifest.classifiers.length === 0;

async function readText(file: string, signal: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await readBytes(file, { signal }));
}

function fraction(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new UsageError(`--${name} expects a number from 0 to 1, found "${text}".`);
  return value;
}

/** map50 and ap50 at the top are those of all boxes; null without a detector. */
function toJson({ detection, ...evaluation }: Evaluation, failures: readonly Failure[], model: Model | null) {
  return {
    schema: "spinexr.evaluation/1",
    probability: isBlind(model) ? "highest-finding" : "given",
    ...evaluation,
    map50: detection?.map50 ?? null,
    ap50: detection?.ap50 ?? null,
    detection,
    failures,
  };
}

const RATES = ["auroc", "f1", "sensitivity", "specificity", "precision"] as const;

function report(evaluation: Evaluation): string {
  const { images, abnormalImages, threshold, ci, calibration, detection, afterRule } = evaluation;
  const percent = (value: number | null | undefined): string =>
    value === null || value === undefined ? "" : (100 * value).toFixed(2);
  const parts = [
    `${images} images, ${abnormalImages} abnormal; threshold ${threshold}\n`,
    table(
      ["in %", "value", "95 % from", "to"],
      RATES.map((name) => [name, percent(evaluation[name]), percent(ci[name].lo), percent(ci[name].hi)]),
    ),
    `\nexpected calibration error ${calibration.ece.toFixed(4)}, Brier score ${calibration.brier.toFixed(4)}\n`,
    table(
      ["prevalence %", "PPV %", "NPV %"],
      evaluation.predictiveValues.map(({ prevalence, ppv, npv }) => [prevalence, ppv, npv].map(percent)),
    ),
  ];
  if (detection === null || afterRule === null)
    return `${[...parts, "\nNo boxes: lesions were not looked for, or none of the 7 classes is annotated."].join("\n")}\n`;
  const row = (title: string, ap: number, { lo, hi }: Interval, after: number | undefined): string[] => [
    title,
    ...[ap, lo, hi, after].map(percent),
  ];
  const rows = Object.entries(detection.ap50).map(([label, ap]) =>
    row(label, ap, detection.ci.ap50[label]!, afterRule.ap50[label]),
  );
  rows.push(row("mean (mAP@0.5)", detection.map50, detection.ci.map50, afterRule.map50));
  const marks = detection.froc.map(({ falsePositivesPerImage, sensitivity }, i) => [
    String(falsePositivesPerImage),
    percent(sensitivity),
    percent(afterRule.froc[i].sensitivity),
  ]);
  parts.push(
    `\n${detection.boxes} boxes, ${afterRule.boxes} after the decision rule\n`,
    table(["AP at IoU 0.5, %", "all boxes", "95 % from", "to", "after rule"], rows),
    "",
    table(["false marks per image", "sensitivity %", "after rule %"], marks),
  );
  return `${parts.join("\n")}\n`;
}
