/** Below the picture: what made the answer, and the sentences that a reader must see. */
import type { ScreeningReport } from "../api/results.ts";
import { FAINT, TEXT } from "./colours.ts";
import type { Item } from "./scene.ts";
import { textItem, wrapText } from "./text.ts";

const SIZE = 0.88;
const LINE = 1.4;
const MOST_WARNINGS = 6;
const LINES_EACH = 3;

export interface FooterLine {
  readonly text: string;
  readonly warning: boolean;
}

export function footerLines(
  { provenance, warnings }: ScreeningReport,
  size: number,
  width: number,
): FooterLine[] {
  const wrapped = (text: string, warning: boolean): FooterLine[] =>
    wrapText(text, size * SIZE, width, LINES_EACH).map((line) => ({ text: line, warning }));
  const { engine, backend, isa, model } = provenance;
  const more = warnings.length - MOST_WARNINGS;
  return [
    ...warnings.slice(0, MOST_WARNINGS).flatMap((warning) => wrapped(`Warning: ${warning}`, true)),
    ...(more > 0 ? wrapped(`${more} more warnings are in the report.`, true) : []),
    ...wrapped(`${engine}, ${backend}/${isa}, model ${model.name} ${model.version}`, false),
  ];
}

export function footerItems(
  lines: readonly FooterLine[],
  { x, y }: { readonly x: number; readonly y: number },
  size: number,
): { items: Item[]; height: number } {
  const step = Math.round(size * LINE);
  const items = lines.map(({ text, warning }, i) =>
    textItem(
      text,
      { x, baseline: y + i * step + size },
      { size: size * SIZE, colour: warning ? TEXT : FAINT },
    ),
  );
  return { items, height: lines.length * step };
}
