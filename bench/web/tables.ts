/** Documents as tables of the page. */
import type { BenchDocument } from "../../src/benchmark/document.ts";
import { machineLine, mergeDocuments, mergedCells, mergedColumns } from "../../src/benchmark/merge.ts";

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text: string | null = null,
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

export function resultTables(documents: readonly BenchDocument[]): HTMLElement[] {
  const { machines, subjects } = mergeDocuments(documents);
  const tables = subjects.map((subject) => {
    const title = subject.measure === "time" ? subject.subject : `${subject.subject} (${subject.measure})`;
    const head = mergedColumns(subject).map((name) => {
      const cell = element("th", name);
      cell.scope = "col";
      return cell;
    });
    const rows = subject.rows.map((row) =>
      element("tr", null, ...mergedCells(row).map((text) => element("td", text))),
    );
    const body = [element("caption", title), element("thead", null, element("tr", null, ...head))];
    const scroll = element("div", null, element("table", null, ...body, element("tbody", null, ...rows)));
    scroll.className = "scroll";
    return scroll;
  });
  const line = (text: string, kind: string) => {
    const made = element("p", text);
    made.className = kind;
    return made;
  };
  return [
    ...tables,
    ...[...machines].map(([letter, machine]) => line(machineLine(letter, machine), "note")),
    ...documents.flatMap(({ skipped, failed }) => [
      ...skipped.map(({ name, reason }) => line(`skipped ${name}: ${reason}`, "note")),
      ...failed.map(({ name, reason }) => line(`failed ${name}: ${reason}`, "failed")),
    ]),
  ];
}
