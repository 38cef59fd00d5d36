/** The public face of spinexr/metrics: evaluation on plain arrays, in Node and browsers. */

export { LESION_CLASSES, type LesionClass } from "../vindr-spinexr.ts";
export { type Annotation, parseAnnotations } from "./annotations.ts";
export { type BootstrapOptions, bootstrap, type Interval, type Intervals } from "./bootstrap.ts";
export { type ApBootstrapOptions, type ApIntervals, bootstrapAp } from "./bootstrap-ap.ts";
export { type Box, boxIou, type DetectionCase, type Lesion } from "./boxes.ts";
export {
  type CocoOptions,
  type CocoResult,
  cocoAp,
  IOU_THRESHOLDS,
  type PrecisionRecall,
  precisionRecall,
} from "./coco.ts";
export { type Confusion, confusionAt, type Rates, rates } from "./confusion.ts";
export { applyDecisionRule, atOperatingPoints, KEEP_THRESHOLD } from "./decision-rule.ts";
export {
  afterRule,
  type DetectionFigures,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Joined,
  join,
} from "./evaluate.ts";
export { FROC_POINTS, type FrocCurve, type FrocOptions, froc } from "./froc.ts";
export { plots } from "./plots/plots.ts";
export { type Prediction, parsePredictions } from "./predictions.ts";
export { PREVALENCES, type PredictiveValues, predictiveValues } from "./prevalence.ts";
export { type Reliability, type ReliabilityBin, reliability } from "./reliability.ts";
export { auroc, type RocCurve, rocCurve, youdenThreshold } from "./roc.ts";
