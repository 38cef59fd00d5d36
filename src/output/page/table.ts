/** HTML tables of plain text. */
import { escapeXml } from "../../metrics/plots/chart.ts";

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** A sentence below. */
  readonly foot?: string;
  /** Cells are words, not figures: aligned left. */
  readonly text?: boolean;
}

/** Everything is escaped. The first cell of a row is its heading. */
export function tableHtml({ caption, head, rows, foot = "", text = false }: Table): string {
  const cells = rows.map(
    ([first, ...rest]) =>
      `<tr><th scope="row">${escapeXml(first)}</th>${rest.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`,
  );
  return [
    `<div><table${text ? ' class="words"' : ""}><caption>${escapeXml(caption)}</caption>`,
    `<thead><tr>${head.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join("")}</tr></thead>`,
    `<tbody>${cells.join("\n")}</tbody></table>${foot === "" ? "" : `<p class="faint">${escapeXml(foot)}</p>`}</div>`,
  ].join("\n");
}
