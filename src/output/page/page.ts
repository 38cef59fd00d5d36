/** The page of an evaluation: one HTML file without scripts or references to elsewhere. */
import type { Evaluation, Interval } from "../../metrics/index.ts";
import { escapeXml } from "../../metrics/plots/chart.ts";
import { STYLE } from "./style.ts";
import { tableHtml } from "./table.ts";

export interface Thumbnail {
  /** As renderSvg() makes it; null where the picture cannot be shown. */
  readonly svg: string | null;
  /** Lines of plain text, the first in bold. */
  readonly caption: readonly string[];
}

export interface Gallery {
  readonly title: string;
  /** What is shown, in what order. */
  readonly lead: string;
  readonly thumbnails: readonly Thumbnail[];
}

export interface PageInput {
  readonly evaluation: Evaluation;
  /** SVG documents. */
  readonly plots: readonly string[];
  readonly galleries: readonly Gallery[];
  /** Sentences below the title: the model and its warnings. */
  readonly remarks: readonly string[];
  readonly failures: readonly { readonly imageId: string; readonly error: { readonly message: string } }[];
}

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function evaluationPage({ evaluation, plots, galleries, remarks, failures }: PageInput): string {
  const { images, abnormalImages, threshold } = evaluation;
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="dark light">',
    "<title>spinexr evaluation</title>",
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    "<header>",
    "<h1>Evaluation</h1>",
    '<p class="notice">Research use only. Not a diagnosis.</p>',
    `<p>${images} pictures, ${abnormalImages} abnormal. Abnormal from a probability of ${threshold} on.</p>`,
    ...remarks.map((remark) => `<p class="faint">${escapeXml(remark)}</p>`),
    "</header>",
    "<main>",
    section("Figures", [
      `<div class="tables">${[rates(evaluation), predictive(evaluation), averagePrecision(evaluation), marks(evaluation)].join("\n")}</div>`,
    ]),
    section("Plots", [
      `<div class="plots">${plots.map((svg) => `<figure>${svg}</figure>`).join("\n")}</div>`,
    ]),
    ...galleries.map(gallery),
    ...(failures.length === 0 ? [] : [failed(failures)]),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

const section = (title: string, parts: readonly string[]): string =>
  [`<section>`, `<h2>${escapeXml(title)}</h2>`, ...parts, "</section>"].join("\n");

const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : (100 * value).toFixed(2);

const RATES = ["auroc", "f1", "sensitivity", "specificity", "precision"] as const;
const NAMES = {
  auroc: "AUROC",
  f1: "F1",
  sensitivity: "Sensitivity",
  specificity: "Specificity",
  precision: "Precision",
};

function rates(evaluation: Evaluation): string {
  const { ci, calibration } = evaluation;
  return tableHtml({
    caption: "Normal or abnormal, in %",
    head: ["", "value", "95 % from", "to"],
    rows: RATES.map((name) => [
      NAMES[name],
      percent(evaluation[name]),
      percent(ci[name].lo),
      percent(ci[name].hi),
    ]),
    foot: `Expected calibration error ${calibration.ece.toFixed(4)}, Brier score ${calibration.brier.toFixed(4)}.`,
  });
}

const predictive = ({ predictiveValues }: Evaluation): string =>
  tableHtml({
    caption: "Predictive values, in %",
    head: ["prevalence", "PPV", "NPV"],
    rows: predictiveValues.map(({ prevalence, ppv, npv }) => [prevalence, ppv, npv].map(percent)),
  });

function averagePrecision({ detection, afterRule, lesionsOutsideClasses }: Evaluation): string {
  if (detection === null || afterRule === null)
    return '<p class="faint">No boxes: lesions were not looked for, or none of the 7 classes is annotated.</p>';
  const row = (title: string, ap: number, { lo, hi }: Interval, after: number | undefined): string[] => [
    title,
    ...[ap, lo, hi, after].map(percent),
  ];
  const rows = Object.entries(detection.ap50).map(([label, ap]) =>
    row(label, ap, detection.ci.ap50[label]!, afterRule.ap50[label]),
  );
  rows.push(row("Mean (mAP@0.5)", detection.map50, detection.ci.map50, afterRule.map50));
  const outside =
    lesionsOutsideClasses === 0
      ? ""
      : ` ${lesionsOutsideClasses} lesions of other classes were not looked for.`;
  return tableHtml({
    caption: "Average precision at IoU 0.5, in %",
    head: ["class", "all boxes", "95 % from", "to", "after rule"],
    rows,
    foot: `${detection.boxes} boxes, ${afterRule.boxes} after the decision rule.${outside}`,
  });
}

function marks({ detection, afterRule }: Evaluation): string {
  if (detection === null || afterRule === null) return "";
  return tableHtml({
    caption: "Sensitivity at IoU 0.5, in %",
    head: ["false marks per picture", "all boxes", "after rule"],
    rows: detection.froc.map(({ falsePositivesPerImage, sensitivity }, i) => [
      String(falsePositivesPerImage),
      percent(sensitivity),
      percent(afterRule.froc[i].sensitivity),
    ]),
  });
}

function gallery({ title, lead, thumbnails }: Gallery): string {
  const figures = thumbnails.map(({ svg, caption }) => {
    const [first, ...rest] = caption.map(escapeXml);
    const lines = rest.map((line) => `<span>${line}</span>`).join("");
    return `<figure>${svg ?? '<div class="absent">cannot be shown</div>'}<figcaption><b>${first}</b>${lines}</figcaption></figure>`;
  });
  const shown =
    figures.length === 0 ? '<p class="faint">None.</p>' : `<div class="gallery">${figures.join("\n")}</div>`;
  return section(title, [`<p>${escapeXml(lead)}</p>`, shown]);
}

const failed = (failures: PageInput["failures"]): string =>
  section("Pictures that failed", [
    tableHtml({
      caption: `${failures.length} pictures are not in the figures`,
      head: ["image", "why"],
      rows: failures.slice(0, MOST_FAILURES).map(({ imageId, error }) => [imageId, error.message]),
      foot:
        failures.length > MOST_FAILURES
          ? `and ${failures.length - MOST_FAILURES} more; evaluation.json has all`
          : "",
      text: true,
    }),
  ]);

const MOST_FAILURES = 50;
