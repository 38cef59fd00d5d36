/** Pieces of text: measured, cut and wrapped. */
import type { Rgb } from "./colours.ts";
import { printable, textWidth } from "./font.ts";
import type { Item } from "./scene.ts";

/** The text as it is, and the width that the built-in font needs for what it can print of it. */
export const plainText = (text: string, size: number): { text: string; size: number; width: number } => ({
  text,
  size,
  width: textWidth(printable(text), size),
});

export function textItem(
  text: string,
  at: { readonly x: number; readonly baseline: number },
  { size, colour, bold = false }: { readonly size: number; readonly colour: Rgb; readonly bold?: boolean },
): Item {
  return { kind: "text", ...plainText(text, size), ...at, colour, bold };
}

/** At most `width` pixels wide: cut off with "..." where it is longer. */
export function fitText(text: string, size: number, width: number): string {
  if (plainText(text, size).width <= width) return text;
  const characters = Array.from(text);
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const cut = `${characters.slice(0, middle).join("")}...`;
    if (plainText(cut, size).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join("").trimEnd()}...`;
}

/** Lines of at most `width` pixels, broken at blanks; longer words are cut off. At most `lines`, the last marked "...". */
export function wrapText(text: string, size: number, width: number, lines: number): string[] {
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = row === "" ? word : `${row} ${word}`;
    if (row !== "" && plainText(longer, size).width > width) {
      rows.push(row);
      row = word;
      if (rows.length > lines) break;
    } else row = longer;
  }
  if (row !== "") rows.push(row);
  const kept = rows.slice(0, lines);
  if (rows.length > lines) kept[lines - 1] += " ...";
  return kept.map((line) => fitText(line, size, width));
}
