/** The picture of a report: the radiograph with boxes, above it the verdict, beside or below it the legend, then what must be read. */
import type { Finding, ScreeningReport } from "../api/results.ts";
import type { GrayImage } from "../backends/core.ts";
import type { Size } from "../image/fit.ts";
import { BACKGROUND, classColour, FAINT } from "./colours.ts";
import { footerItems, footerLines } from "./footer.ts";
import { headerHeight, headerItems } from "./header.ts";
import { type LegendEntry, legendColumns, legendHeight, legendItems, legendWidth } from "./legend.ts";
import { type Mark, markItems } from "./marks.ts";
import type { Item, Rect, Scene } from "./scene.ts";

export interface OverlayInput {
  /** The 8-bit picture at shownSize() of the original. */
  readonly picture: GrayImage;
  /** Size of the original, whose pixels the boxes count. */
  readonly original: Size;
  readonly report: ScreeningReport;
  /** The detector's labels in class order, for colours; null: lesions were not looked for. */
  readonly labels: readonly string[] | null;
  /** Also what the decision rule dropped, dashed. Default false. */
  readonly suppressed?: boolean;
}

const SHORT_SIDE = 512;
const LONG_SIDE = 2048;
const MOST = 4096;

/**
 * The size at which a picture is shown: its own, but smaller ones are enlarged to a shorter side of 512 as long as the
 * longer one stays within 2048 pixels, and larger ones shrunk to a longer side of 4096.
 */
export function shownSize({ height, width }: Size): Size {
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const enlarge = Math.max(1, Math.min(SHORT_SIDE / short, LONG_SIDE / long));
  const scale = Math.min(enlarge, MOST / long);
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return { height: side(height), width: side(width) };
}

/** Text of 14 to 60 and lines of 2 to 9 pixels, after the picture's shorter side. */
export function styleFor({ height, width }: Size): { text: number; stroke: number } {
  const short = Math.min(height, width);
  const within = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));
  return {
    text: Math.round(within(14, short * 0.022, 60)),
    stroke: Math.round(within(2, short * 0.0035, 9)),
  };
}

interface Numbered extends Finding {
  readonly number: number;
  readonly suppressed: boolean;
}

/** Everything that is drawn, and where; the same for every renderer. */
export function overlayScene(input: OverlayInput): Scene {
  const { picture, original, report } = input;
  const labels = input.labels ?? [];
  const { text, stroke } = styleFor(picture);
  const margin = Math.round(text * 0.9);
  const findings = numbered(report, input.suppressed ?? false);
  const entries = legendEntries(findings, labels);
  const beside = picture.width <= picture.height * 1.25;
  const legend = input.labels !== null;

  const legendWide = beside ? legendWidth(entries, text) : picture.width;
  const width =
    Math.max(picture.width + (legend && beside ? legendWide + margin : 0), text * 30) + 2 * margin;
  const inner = width - 2 * margin;
  const top = headerHeight(text, inner) + margin;
  const area: Rect = { x: margin, y: top, width: picture.width, height: picture.height };
  const columns = beside ? 1 : legendColumns(entries, text, inner);
  const legendRoom = beside ? Math.max(picture.height, text * 16) : text * 16;
  const legendTall = legend
    ? legendHeight(entries, text, beside ? legendWide : inner, columns, legendRoom)
    : 0;
  const legendRect: Rect = beside
    ? { x: width - margin - legendWide, y: top, width: legendWide, height: legendTall }
    : { x: margin, y: top + picture.height + margin, width: inner, height: legendTall };
  const bottom = Math.max(area.y + area.height, legend ? legendRect.y + legendRect.height : 0) + margin;
  const lines = footerLines(report, text, inner);
  const footer = footerItems(lines, { x: margin, y: bottom }, text);

  const items: Item[] = [
    { kind: "picture", rect: area, image: picture },
    ...markItems(
      findings.map((finding) => mark(finding, labels, original, area, findings.length >= CROWD)),
      area,
      { text, stroke },
    ),
    ...headerItems(report, input.labels !== null, { x: margin, y: 0, width: inner }, text),
    ...(legend ? legendItems(entries, legendRect, text, columns) : []),
    ...footer.items,
  ];
  return {
    width,
    height: bottom + footer.height + margin,
    background: BACKGROUND,
    title: "Spine radiograph with findings. Research use only, not a diagnosis.",
    description: describe(report, findings),
    items,
  };
}

function numbered({ findings, suppressed }: ScreeningReport, all: boolean): Numbered[] {
  const shown = [
    ...findings.map((finding) => ({ ...finding, suppressed: false })),
    ...(all ? suppressed : []).map((finding) => ({ ...finding, suppressed: true })),
  ];
  return shown.map((finding, i) => ({ ...finding, number: i + 1 }));
}

/** Labels that are none of the package's come after them. */
const classIndex = (label: string, labels: readonly string[]): number =>
  labels.includes(label) ? labels.indexOf(label) : labels.length;

/** A legend of more would outgrow the picture; the last line stands for the rest. */
const MOST_CLASSES = 24;

function legendEntries(findings: readonly Numbered[], labels: readonly string[]): LegendEntry[] {
  const groups = new Map<string, LegendEntry>();
  const sorted = [...findings].sort(
    (a, b) =>
      Number(a.suppressed) - Number(b.suppressed) ||
      classIndex(a.label, labels) - classIndex(b.label, labels),
  );
  for (const { label, suppressed, number, score } of sorted) {
    const key = `${suppressed} ${label}`;
    const entry = groups.get(key) ?? {
      label,
      colour: classColour(classIndex(label, labels)),
      suppressed,
      scores: [],
    };
    groups.set(key, { ...entry, scores: [...entry.scores, { number, score }] });
  }
  const entries = [...groups.values()];
  if (entries.length <= MOST_CLASSES) return entries;
  const rest = entries.splice(MOST_CLASSES - 1);
  const scores = rest.flatMap((entry) => entry.scores);
  return [...entries, { label: `${rest.length} more classes`, colour: FAINT, suppressed: false, scores }];
}

/** From so many boxes on tags do without the class's name: they would hide the picture, and colour and legend tell it. */
const CROWD = 12;

function mark(
  finding: Numbered,
  labels: readonly string[],
  original: Size,
  area: Rect,
  crowded: boolean,
): Mark {
  const [x0, y0, x1, y1] = finding.box;
  const [scaleX, scaleY] = [area.width / original.width, area.height / original.height];
  const { label, number, score, suppressed } = finding;
  const short = label.length > 28 ? `${label.slice(0, 26)}...` : label;
  return {
    box: {
      x: area.x + x0 * scaleX,
      y: area.y + y0 * scaleY,
      width: (x1 - x0) * scaleX,
      height: (y1 - y0) * scaleY,
    },
    colour: classColour(classIndex(label, labels)),
    dashed: suppressed,
    texts: [
      ...(crowded ? [] : [`${number} ${short} ${score.toFixed(2)}`]),
      `${number}: ${score.toFixed(2)}`,
      `${number}`,
    ],
  };
}

function describe({ abnormal }: ScreeningReport, findings: readonly Numbered[]): string {
  const verdict =
    abnormal === null
      ? "How likely it is abnormal is not known."
      : `Called ${abnormal.positive ? "abnormal" : "normal"}: probability ${abnormal.probability.toFixed(4)}, threshold ${abnormal.threshold}.`;
  const list = findings.map(
    ({ number, label, score, suppressed }) =>
      `${number}: ${label} ${score.toFixed(2)}${suppressed ? " (suppressed)" : ""}`,
  );
  return `${verdict} ${list.length === 0 ? "No boxes are drawn." : `Boxes: ${list.join("; ")}.`}`;
}
