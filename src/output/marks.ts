/** Boxes with tags on a picture. */
import { type Rgb, textOn } from "./colours.ts";
import { type PlacedTag, placeTags, type TagSize } from "./placement.ts";
import type { Item, Rect } from "./scene.ts";
import { plainText } from "./text.ts";

export interface Mark {
  /** In pixels of the canvas. */
  readonly box: Rect;
  readonly colour: Rgb;
  readonly dashed: boolean;
  /** What its tag may say, the preferred first; none: no tag. */
  readonly texts: readonly string[];
}

/** Sizes on the canvas, in pixels. */
export interface MarkStyle {
  readonly text: number;
  readonly stroke: number;
}

/** More tags than this would hide the picture; the boxes are drawn all the same. */
const MOST_TAGS = 200;

/**
 * Boxes first, the largest lowest so that none covers a smaller one, then leaders, then tags, so that no tag is crossed.
 * Tags of the first marks have the best places and lie on top.
 */
export function markItems(marks: readonly Mark[], area: Rect, { text, stroke }: MarkStyle): Item[] {
  const boxes = marks.map(({ box }) => visible(box, area, stroke));
  const outlines = marks
    .map(({ colour, dashed }, i) => ({ kind: "outline" as const, rect: boxes[i], colour, stroke, dashed }))
    .sort((a, b) => b.rect.width * b.rect.height - a.rect.width * a.rect.height);
  const tagged = marks.map((mark, i) => ({ ...mark, box: boxes[i] })).filter(({ texts }) => texts.length > 0);
  const shown = tagged.slice(0, MOST_TAGS);
  const sizes = shown.map(({ texts }) => texts.map((words) => tagSize(words, text)));
  const places = placeTags(
    shown.map(({ box }) => box),
    sizes,
    area,
    stroke,
  );
  const leaders = places.flatMap(({ leader }, i): Item[] =>
    leader === null
      ? []
      : [{ kind: "line", from: leader[0], to: leader[1], colour: shown[i].colour, stroke: stroke / 2 }],
  );
  const tags = places.map((place, i) => tagItems(place, shown[i], text));
  return [...outlines, ...leaders, ...tags.reverse().flat()];
}

const padding = (size: number): number => size * 0.38;

export const tagHeight = (size: number): number => Math.round(size * 1.4);

const tagSize = (words: string, size: number): TagSize => ({
  width: Math.ceil(plainText(words, size).width + 2 * padding(size)),
  height: tagHeight(size),
});

function tagItems({ rect, variant }: PlacedTag, { colour, texts }: Mark, size: number): Item[] {
  const placed = { ...rect, x: Math.round(rect.x), y: Math.round(rect.y) };
  return [
    {
      kind: "fill",
      rect: grow(placed, Math.max(1, size * 0.06)),
      colour: [0, 0, 0],
      opacity: 0.6,
      radius: size * 0.3,
    },
    { kind: "fill", rect: placed, colour, opacity: 1, radius: size * 0.25 },
    {
      ...plainText(texts[variant], size),
      kind: "text",
      x: placed.x + padding(size),
      baseline: Math.round(placed.y + rect.height / 2 + size * 0.36),
      colour: textOn(colour),
      bold: true,
    },
  ];
}

const grow = ({ x, y, width, height }: Rect, by: number): Rect => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

/**
 * The box as far as it is inside the area, moved in so that its whole line can be seen, no smaller than its line, and on
 * whole pixels, so that lines are sharp.
 */
function visible(box: Rect, area: Rect, stroke: number): Rect {
  const half = stroke / 2;
  const side = (from: number, length: number, low: number, room: number): [number, number] => {
    const [first, last] = [low + half, low + room - half];
    const snap = (at: number): number => Math.min(Math.max(Math.round(at - half) + half, first), last);
    const [start, end] = [snap(from), snap(from + length)];
    const missing = Math.max(0, 2 * stroke - (end - start));
    const moved = Math.max(first, Math.min(start - Math.floor(missing / 2), last - (end - start) - missing));
    return [moved, end - start + missing];
  };
  const [x, width] = side(box.x, box.width, area.x, area.width);
  const [y, height] = side(box.y, box.height, area.y, area.height);
  return { x, y, width, height };
}
