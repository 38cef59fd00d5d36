/** Predictions of a system, one per picture. */
import type { Finding } from "../api/results.ts";
import { invalid } from "./check.ts";

export interface Prediction {
  readonly imageId: string;
  /** 0..1 */
  readonly abnormalProbability: number;
  /** All boxes, before the decision rule; null where the system has no detector. */
  readonly findings: readonly Finding[] | null;
}

/**
 * From JSON: [{ image_id, abnormal_probability, findings: [{ label, score, box: [x0, y0, x1, y1] }] }]; findings may be
 * absent or null for all pictures when lesions were not looked for.
 * @throws SpineXRError INVALID_ARGUMENT naming the entry
 */
export function parsePredictions(json: string): Prediction[] {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (cause) {
    invalid(`The predictions are not JSON: ${cause instanceof Error ? cause.message : cause}.`);
  }
  if (!Array.isArray(data)) invalid("The predictions must be a list of pictures, one object each.");
  return data.map((entry, i) => readPrediction(entry, `predictions[${i}]`));
}

/** @throws SpineXRError INVALID_ARGUMENT naming `path` */
export function readPrediction(entry: unknown, path: string): Prediction {
  const { image_id, abnormal_probability, findings } = record(entry, path);
  if (typeof image_id !== "string" || image_id === "") invalid(`${path}.image_id must be a text.`);
  if (!isUnit(abnormal_probability)) invalid(`${path}.abnormal_probability must be a number from 0 to 1.`);
  if (findings === undefined || findings === null)
    return { imageId: image_id, abnormalProbability: abnormal_probability, findings: null };
  if (!Array.isArray(findings)) invalid(`${path}.findings must be a list.`);
  return {
    imageId: image_id,
    abnormalProbability: abnormal_probability,
    findings: findings.map((finding, i) => readFinding(finding, `${path}.findings[${i}]`)),
  };
}

/** The same form as parsePredictions reads. */
export function writePrediction({ imageId, abnormalProbability, findings }: Prediction): string {
  return JSON.stringify({ image_id: imageId, abnormal_probability: abnormalProbability, findings });
}

function readFinding(entry: unknown, path: string): Finding {
  const { label, score, box } = record(entry, path);
  if (typeof label !== "string" || label === "") invalid(`${path}.label must be a text.`);
  if (!isUnit(score)) invalid(`${path}.score must be a number from 0 to 1.`);
  if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite))
    invalid(`${path}.box must be four numbers, x0, y0, x1, y1.`);
  const [x0, y0, x1, y1] = box;
  if (x1 < x0 || y1 < y0) invalid(`${path}.box must have x0 <= x1 and y0 <= y1.`);
  return { label, score, box: [x0, y0, x1, y1] };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    invalid(`${path} must be an object.`);
  return value as Record<string, unknown>;
}

const isUnit = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
