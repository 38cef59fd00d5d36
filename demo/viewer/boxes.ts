/** Boxes with tags over the picture, as SVG in CSS pixels of the stage. */
import { classColour, hex, textOn } from "../../src/output/colours.ts";
import { placeTags, type TagSize } from "../../src/output/placement.ts";
import type { Rect } from "../../src/output/scene.ts";
import type { ShownFinding } from "../state/sieve.ts";
import { assign, svg } from "../ui/dom.ts";
import { score } from "../ui/format.ts";
import { type Size, toStage, type View } from "./transform.ts";

export interface BoxScene {
  readonly findings: readonly ShownFinding[];
  /** The detector's labels in class order, for colours. */
  readonly classes: readonly string[];
  readonly labels: boolean;
  readonly highlighted: number | null;
}

/** Of tags, in the page's text size. */
const TEXT = 0.83;
const PADDING = 0.33;
const TAG = 1.27;
/** From so many boxes on tags do without the class's name. */
const CROWD = 12;

/** The colour of a class, everywhere on the page. */
export const colourOf = (label: string, classes: readonly string[]) =>
  classColour(classes.includes(label) ? classes.indexOf(label) : classes.length);

const ruler = document.createElement("canvas").getContext("2d")!;

/** Pixels of the page's text size. */
const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

function widthOf(text: string, em: number): number {
  ruler.font = `600 ${TEXT * em}px system-ui, sans-serif`;
  return Math.ceil(ruler.measureText(text).width + 2 * PADDING * em);
}

/** What a tag may say, the preferred first. */
const tagTexts = ({ number, label, score: value }: ShownFinding, crowded: boolean): string[] => [
  ...(crowded ? [] : [`${number} ${label} ${score(value)}`]),
  `${number}: ${score(value)}`,
  `${number}`,
];

export function drawBoxes(layer: SVGSVGElement, scene: BoxScene, view: View, stage: Size): void {
  const { findings, classes, labels, highlighted } = scene;
  assign(layer, { viewBox: `0 0 ${stage.width} ${stage.height}` });
  const rects = findings.map(({ box }) => place(box, view));
  const outlines = findings.map((finding, i) => outline(finding, i, rects[i]!, scene));
  // The largest lowest, so that none covers a smaller one; the highlighted on top.
  const order = [...rects.keys()].sort(
    (a, b) => Number(a === highlighted) - Number(b === highlighted) || area(rects[b]!) - area(rects[a]!),
  );
  const tags = labels ? tagsOf(findings, rects, classes, highlighted, stage) : [];
  layer.replaceChildren(...order.map((i) => outlines[i]!), ...tags);
}

const area = ({ width, height }: Rect): number => width * height;

function place([x0, y0, x1, y1]: ShownFinding["box"], view: View): Rect {
  const from = toStage(view, { x: x0, y: y0 });
  return { ...from, width: (x1 - x0) * view.scale, height: (y1 - y0) * view.scale };
}

const state = (i: number, highlighted: number | null): string =>
  highlighted === null ? "" : i === highlighted ? " lit" : " dim";

function outline(
  finding: ShownFinding,
  i: number,
  rect: Rect,
  { classes, highlighted }: BoxScene,
): SVGGElement {
  const { label, box, dropped, score: value } = finding;
  const geometry = { ...rect };
  return svg(
    "g",
    {
      class: `box${dropped ? " dropped" : ""}${state(i, highlighted)}`,
      "data-label": label,
      "data-box": box.join(" "),
      "data-score": value,
    },
    svg("rect", { class: "rim", ...geometry }),
    svg("rect", {
      class: "line",
      ...geometry,
      stroke: hex(colourOf(label, classes)),
      fill: hex(colourOf(label, classes)),
    }),
  );
}

/** Tags of what is on the stage; the first have the best places and lie on top. */
function tagsOf(
  findings: readonly ShownFinding[],
  rects: readonly Rect[],
  classes: readonly string[],
  highlighted: number | null,
  stage: Size,
): SVGGElement[] {
  const seen = [...findings.keys()].filter((i) => {
    const { x, y, width, height } = rects[i]!;
    return x < stage.width && y < stage.height && x + width > 0 && y + height > 0;
  });
  if (highlighted !== null) seen.sort((a, b) => Number(b === highlighted) - Number(a === highlighted));
  const texts = seen.map((i) => tagTexts(findings[i]!, findings.length >= CROWD && i !== highlighted));
  const em = rem();
  const sizes = texts.map((all) =>
    all.map((text): TagSize => ({ width: widthOf(text, em), height: Math.round(TAG * em) })),
  );
  const places = placeTags(
    seen.map((i) => rects[i]!),
    sizes,
    { x: 0, y: 0, ...stage },
    2,
  );
  const tags = places.map(({ rect, variant, leader }, k) => {
    const i = seen[k]!;
    const colour = colourOf(findings[i]!.label, classes);
    const line =
      leader === null
        ? []
        : [
            svg("line", {
              x1: leader[0].x,
              y1: leader[0].y,
              x2: leader[1].x,
              y2: leader[1].y,
              stroke: hex(colour),
            }),
          ];
    const text = svg("text", { x: rect.x + PADDING * em, y: rect.y + 0.92 * em, fill: hex(textOn(colour)) });
    text.textContent = texts[k]![variant]!;
    return svg(
      "g",
      { class: `tag${state(i, highlighted)}` },
      ...line,
      svg("rect", { class: "tag-ground", ...rect, rx: 4, fill: hex(colour) }),
      text,
    );
  });
  return tags.reverse();
}
