/** Results of the page as Markdown, which also reads well in a terminal. */
import type { BenchDocument } from "../../src/benchmark/document.ts";
import { machineLine, mergeDocuments, mergedCells, mergedColumns } from "../../src/benchmark/merge.ts";
import { table } from "../table.ts";

export function toMarkdown(results: BenchDocument, rounds: number): string {
  const { machines, subjects } = mergeDocuments([results]);
  const tables = subjects.map(
    (subject) => `## ${subject.subject}\n\n${table(mergedColumns(subject), subject.rows.map(mergedCells))}\n`,
  );
  const notes = [
    ...[...machines].map(([letter, machine]) => `* ${machineLine(letter, machine)}`),
    `* ${results.date}, ${rounds} rounds`,
    ...results.skipped.map(({ name, reason }) => `* skipped ${name}: ${reason}`),
    ...results.failed.map(({ name, reason }) => `* FAILED ${name}: ${reason}`),
  ];
  return `# Results in the browser

Written by \`npm run bench:web -- --run --write\`; README.md says how to read it. Milliseconds per run; "times" is the median over the fastest's.

${tables.join("\n")}
${notes.join("\n")}
`;
}
