/** The plots of an evaluation. */
import { LESION_CLASSES } from "../../vindr-spinexr.ts";
import { precisionRecall } from "../coco.ts";
import { afterRule, type Joined } from "../evaluate.ts";
import { FROC_POINTS, froc } from "../froc.ts";
import { reliability } from "../reliability.ts";
import { auroc, rocCurve } from "../roc.ts";
import { type Axis, chartSvg } from "./chart.ts";

const unit = (label: string): Axis => ({ label, low: 0, high: 1, tick: 0.2 });
const RECALL = Float64Array.from({ length: 101 }, (_, i) => i / 100);
const MOST_MARKS = FROC_POINTS[FROC_POINTS.length - 1];

/**
 * SVG documents by file name: roc.svg and reliability.svg; with a detector and lesions of the 7 classes also pr.svg and
 * froc.svg.
 * @param threshold c*, 0..1
 * @throws SpineXRError INVALID_ARGUMENT
 */
export function plots(data: Joined, threshold: number): Record<string, string> {
  const { cases } = data;
  const files = { "roc.svg": rocPlot(data), "reliability.svg": reliabilityPlot(data) };
  const found = cases?.some(({ truth }) => truth.some(({ label }) => LESION_CLASSES.includes(label)));
  if (cases === null || !found) return files;
  return { ...files, "pr.svg": prPlot(cases), "froc.svg": frocPlot(cases, data.scores, threshold) };
}

function rocPlot({ scores, positive }: Joined): string {
  const { fpr, tpr } = rocCurve(scores, positive);
  return chartSvg({
    title: "ROC: normal or abnormal",
    x: unit("False positive rate (1 - specificity)"),
    y: unit("True positive rate (sensitivity)"),
    series: [
      { name: `AUROC ${auroc(scores, positive).toFixed(3)}`, x: fpr, y: tpr },
      { name: "chance", x: [0, 1], y: [0, 1], reference: true },
    ],
  });
}

function reliabilityPlot({ scores, positive }: Joined): string {
  const { bins, ece } = reliability(scores, positive);
  const filled = bins.flatMap(({ predicted, observed }) =>
    predicted === null || observed === null ? [] : [{ predicted, observed }],
  );
  return chartSvg({
    title: "Reliability of the probabilities",
    x: unit("Mean predicted probability"),
    y: unit("Share of abnormal pictures"),
    series: [
      {
        name: `calibration error ${ece.toFixed(3)}`,
        x: filled.map(({ predicted }) => predicted),
        y: filled.map(({ observed }) => observed),
        kind: "dots",
      },
      { name: "perfect", x: [0, 1], y: [0, 1], reference: true },
    ],
  });
}

function prPlot(cases: NonNullable<Joined["cases"]>): string {
  const curves = LESION_CLASSES.map((label) => ({ label, ...precisionRecall(cases, label) }));
  return chartSvg({
    title: "Precision and recall at IoU 0.5, all boxes",
    x: unit("Recall"),
    y: unit("Precision"),
    series: curves
      .filter(({ lesions }) => lesions > 0)
      .map(({ label, ap, precision }) => ({ name: `${label} ${ap.toFixed(3)}`, x: RECALL, y: precision })),
  });
}

function frocPlot(cases: NonNullable<Joined["cases"]>, scores: ArrayLike<number>, threshold: number): string {
  const all = froc(cases);
  const kept = froc(afterRule(cases, scores, threshold));
  return chartSvg({
    title: "FROC at IoU 0.5, all classes",
    x: { label: "False positives per picture", low: 0, high: MOST_MARKS, tick: 1 },
    y: unit("Sensitivity"),
    series: [
      { name: "all boxes", x: all.falsePositives, y: all.sensitivity, kind: "steps" },
      { name: "after the decision rule", x: kept.falsePositives, y: kept.sensitivity, kind: "steps" },
    ],
  });
}
