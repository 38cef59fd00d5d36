/** The legend: every class that is drawn with its colour, and the numbers and scores of its boxes. */
import { FAINT, type Rgb, TEXT } from "./colours.ts";
import type { Item, Rect } from "./scene.ts";
import { fitText, plainText, textItem } from "./text.ts";

export interface LegendEntry {
  readonly label: string;
  readonly colour: Rgb;
  readonly suppressed: boolean;
  readonly scores: readonly { readonly number: number; readonly score: number }[];
}

const LINE = 1.55;
/** Between classes. */
const SPACE = 0.7;
const HEADING = "Findings: number and score";
const NOTHING = "Findings: none";
const NARROWEST = 15;
const WIDEST = 22;

const title = ({ label, suppressed, scores }: LegendEntry): string =>
  `${label}${suppressed ? ", suppressed" : ""} (${scores.length})`;

/** Of a legend beside the picture, in pixels. */
export function legendWidth(entries: readonly LegendEntry[], size: number): number {
  const widest = Math.max(
    plainText(HEADING, size).width,
    ...entries.map((entry) => plainText(title(entry), size).width + 1.6 * size),
  );
  return Math.ceil(Math.min(WIDEST * size, Math.max(NARROWEST * size, widest)));
}

/** How many classes stand side by side in a legend of this width. */
export const legendColumns = (entries: readonly LegendEntry[], size: number, width: number): number =>
  Math.max(1, Math.min(entries.length, Math.floor(width / (legendWidth(entries, size) + size))));

interface Row {
  readonly y: number;
  readonly text: string;
  readonly head: LegendEntry | null;
}

/** Height in pixels; lists are cut so that it stays within `room`, as far as the classes' names alone allow. */
export function legendHeight(
  entries: readonly LegendEntry[],
  size: number,
  width: number,
  columns: number,
  room: number,
): number {
  return Math.ceil(arrange(entries, size, width, columns, room).height);
}

export function legendItems(
  entries: readonly LegendEntry[],
  { x, y, width, height }: Rect,
  size: number,
  columns: number,
): Item[] {
  const baseline = (top: number): number => Math.round(y + top + size * 1.1);
  const { columnWidth, rows } = arrange(entries, size, width, columns, height);
  const items: Item[] = [
    textItem(entries.length === 0 ? NOTHING : HEADING, { x, baseline: baseline(0) }, { size, colour: FAINT }),
  ];
  for (const [column, list] of rows.entries()) {
    const left = x + column * (columnWidth + size);
    for (const { y: top, text, head } of list) {
      if (head !== null) items.push(swatch(head, left, y + top, size));
      const indent = size * 1.6;
      items.push(
        textItem(
          fitText(text, size, columnWidth - indent),
          { x: left + indent, baseline: baseline(top) },
          { size, colour: head === null ? FAINT : TEXT, bold: head !== null },
        ),
      );
    }
  }
  return items;
}

function swatch({ colour, suppressed }: LegendEntry, x: number, top: number, size: number): Item {
  const side = size * 0.85;
  const rect = { x: x + size * 0.1, y: Math.round(top + size * 0.35), width: side, height: side };
  return suppressed
    ? { kind: "outline", rect, colour, stroke: Math.max(1, size * 0.12), dashed: true }
    : { kind: "fill", rect, colour, opacity: 1, radius: size * 0.15 };
}

/** Classes go to the shortest column; every class gets the same number of lines for its scores where room is short. */
function arrange(
  entries: readonly LegendEntry[],
  size: number,
  width: number,
  columns: number,
  room: number,
): { columnWidth: number; rows: Row[][]; height: number } {
  const columnWidth = (width - (columns - 1) * size) / columns;
  const perRow = Math.max(1, Math.floor((columnWidth - 1.6 * size) / (5.4 * size)));
  let lines = Math.max(0, ...entries.map(({ scores }) => Math.ceil(scores.length / perRow)));
  for (;;) {
    const rows: Row[][] = Array.from({ length: columns }, () => []);
    const heights = rows.map(() => LINE * size);
    for (const entry of entries) {
      const column = heights.indexOf(Math.min(...heights));
      let y = heights[column] + (rows[column].length > 0 ? SPACE * size : 0.2 * size);
      for (const [i, text] of [title(entry), ...scoreLines(entry, perRow, lines)].entries()) {
        rows[column].push({ y, text, head: i === 0 ? entry : null });
        y += LINE * size;
      }
      heights[column] = y;
    }
    const height = Math.max(...heights);
    if (height <= room || lines === 0) return { columnWidth, rows, height };
    lines--;
  }
}

function scoreLines({ scores }: LegendEntry, perRow: number, lines: number): string[] {
  const parts = scores.map(({ number, score }) => `${number}: ${score.toFixed(2)}`);
  const fits = lines * perRow;
  if (lines === 0) return [];
  const shown =
    parts.length <= fits ? parts : [...parts.slice(0, fits - 1), `${parts.length - fits + 1} more`];
  return Array.from({ length: Math.ceil(shown.length / perRow) }, (_, row) =>
    shown.slice(row * perRow, (row + 1) * perRow).join("   "),
  );
}
