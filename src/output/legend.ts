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
    ...entries.map((entry) => plainText(title(entry), size).width + INDENT * size),
  );
  return Math.ceil(Math.min(WIDEST * size, Math.max(NARROWEST * size, widest)));
}

/** How many classes stand side by side in a legend of this width. */
export const legendColumns = (entries: readonly LegendEntry[], size: number, width: number): number =>
  Math.max(1, Math.min(entries.length, Math.floor(width / (legendWidth(entries, size) + size))));

/** The head of a class, or cells of its scores. */
interface Row {
  readonly y: number;
  readonly head: LegendEntry | null;
  readonly cells: readonly string[];
}

const INDENT = 1.6;
const CELL = 5.6;

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
    for (const { y: top, head, cells } of list) {
      if (head !== null) items.push(swatch(head, left, y + top, size));
      const style = { size, colour: head === null ? FAINT : TEXT, bold: head !== null };
      const room = head === null ? CELL * size : columnWidth - INDENT * size;
      for (const [i, cell] of cells.entries()) {
        const from = left + INDENT * size + i * CELL * size;
        items.push(textItem(fitText(cell, size, room), { x: from, baseline: baseline(top) }, style));
      }
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

/** Classes go to the shortest column; where room is short the longest lists are cut. */
function arrange(
  entries: readonly LegendEntry[],
  size: number,
  width: number,
  columns: number,
  room: number,
): { columnWidth: number; rows: Row[][]; height: number } {
  const columnWidth = (width - (columns - 1) * size) / columns;
  const perRow = Math.max(1, Math.floor((columnWidth - INDENT * size) / (CELL * size)));
  const lines = entries.map(({ scores }) => Math.ceil(scores.length / perRow));
  for (;;) {
    const rows: Row[][] = Array.from({ length: columns }, () => []);
    const heights = rows.map(() => (LINE + 0.2) * size);
    for (const [i, entry] of entries.entries()) {
      const column = heights.indexOf(Math.min(...heights));
      let y = heights[column] + (rows[column].length > 0 ? SPACE * size : 0);
      rows[column].push({ y, head: entry, cells: [title(entry)] });
      for (const cells of scoreRows(entry, perRow, lines[i])) {
        y += LINE * size;
        rows[column].push({ y, head: null, cells });
      }
      heights[column] = y + LINE * size;
    }
    const height = Math.max(...heights);
    const longest = Math.max(0, ...lines);
    if (height <= room || longest === 0) return { columnWidth, rows, height };
    lines[lines.indexOf(longest)]--;
  }
}

function scoreRows({ scores }: LegendEntry, perRow: number, lines: number): string[][] {
  if (lines === 0) return [];
  const fits = lines * perRow;
  const cell = ({ number, score }: LegendEntry["scores"][number]): string => `${number}: ${score.toFixed(2)}`;
  const shown =
    scores.length <= fits
      ? scores.map(cell)
      : [...scores.slice(0, fits - 1).map(cell), `${scores.length - fits + 1} more`];
  return Array.from({ length: Math.ceil(shown.length / perRow) }, (_, row) =>
    shown.slice(row * perRow, (row + 1) * perRow),
  );
}
