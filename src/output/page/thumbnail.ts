/** A small picture of a mistake: what is annotated dashed, what was found in full lines. */
import type { Finding } from "../../api/results.ts";
import type { GrayImage } from "../../backends/core.ts";
import { fitInside, type Size } from "../../image/fit.ts";
import { LESION_CLASSES } from "../../metrics/index.ts";
import { BACKGROUND, classColour } from "../colours.ts";
import { type Mark, markItems } from "../marks.ts";
import type { Scene } from "../scene.ts";
import type { Mistake } from "./mistakes.ts";

/** Largest side in pixels. */
export const THUMBNAIL_SIDE = 280;
const STYLE = { text: 13, stroke: 2 };
/** How much is seen around a box: so many times its longer side, but this share of the picture's shorter side. */
const AROUND_BOX = 3;
const LEAST_SHARE = 0.3;

export interface View {
  /** Whole pixels of the original. */
  readonly part: readonly [number, number, number, number];
  /** At which the part is shown. */
  readonly size: Size;
}

/** The part of a picture that shows a mistake: a square around its box, as far as it is inside, or all. */
export function viewOf({ focus }: Mistake, { height, width }: Size): View {
  const part: View["part"] = focus === null ? [0, 0, width, height] : around(focus.box, { height, width });
  const [x0, y0, x1, y1] = part;
  const size = fitInside(y1 - y0, x1 - x0, THUMBNAIL_SIDE, THUMBNAIL_SIDE);
  return { part, size: { height: Math.max(1, size.height), width: Math.max(1, size.width) } };
}

function around([x0, y0, x1, y1]: Finding["box"], { height, width }: Size): View["part"] {
  const wanted = Math.max(AROUND_BOX * Math.max(x1 - x0, y1 - y0), LEAST_SHARE * Math.min(height, width), 16);
  const span = (from: number, to: number, room: number): [number, number] => {
    const length = Math.min(room, Math.ceil(wanted));
    const start = Math.round((from + to) / 2 - length / 2);
    const first = Math.max(0, Math.min(start, room - length));
    return [first, first + length];
  };
  const [left, right] = span(x0, x1, width);
  const [top, bottom] = span(y0, y1, height);
  return [left, top, right, bottom];
}

/** @param picture the view's part at the view's size */
export function thumbnailScene(mistake: Mistake, picture: GrayImage, { part }: View): Scene {
  const { focus, truth, findings, note } = mistake;
  const area = { x: 0, y: 0, width: picture.width, height: picture.height };
  const [x0, y0, x1, y1] = part;
  const scale = { x: picture.width / (x1 - x0), y: picture.height / (y1 - y0) };
  const mark = (label: string, box: Finding["box"], dashed: boolean, texts: readonly string[]): Mark => ({
    box: {
      x: (box[0] - x0) * scale.x,
      y: (box[1] - y0) * scale.y,
      width: (box[2] - box[0]) * scale.x,
      height: (box[3] - box[1]) * scale.y,
    },
    colour: classColour(
      LESION_CLASSES.includes(label) ? LESION_CLASSES.indexOf(label) : LESION_CLASSES.length,
    ),
    dashed,
    texts,
  });
  const seen = ({ box }: { readonly box: Finding["box"] }): boolean =>
    box[0] < x1 && box[2] > x0 && box[1] < y1 && box[3] > y0;
  const isFocus = (label: string, box: Finding["box"], score: number | null): boolean =>
    focus !== null &&
    focus.label === label &&
    focus.score === score &&
    focus.box.every((side, i) => side === box[i]);
  const marks = [
    ...findings.filter(seen).map(({ label, box, score }) => {
      const first = isFocus(label, box, score);
      const short = score.toFixed(2);
      return { first, mark: mark(label, box, false, first ? [`${label} ${short}`, short] : [short]) };
    }),
    ...truth.filter(seen).map(({ label, box }) => {
      const first = isFocus(label, box, null);
      return { first, mark: mark(label, box, true, first ? [label] : []) };
    }),
  ].sort((a, b) => Number(b.first) - Number(a.first));
  return {
    width: picture.width,
    height: picture.height,
    background: BACKGROUND,
    title: focus === null ? "Whole picture" : `${focus.label}${focus.score === null ? ", missed" : ""}`,
    description: note,
    items: [
      { kind: "picture", rect: area, image: picture },
      ...markItems(
        marks.map(({ mark }) => mark),
        area,
        STYLE,
      ),
    ],
  };
}
