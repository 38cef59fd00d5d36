/** The JSON document of reports: the same from the command line and from a page. */
import type { ScreeningReport } from "../api/results.ts";

/** What became of one picture. `input` is what the caller named it by. */
export type ReportEntry =
  | ({ readonly input: string } & ScreeningReport)
  | { readonly input: string; readonly error: { readonly code: string; readonly message: string } };

/** Ends with a line feed. */
export const reportDocument = (entries: readonly ReportEntry[]): string =>
  `${JSON.stringify({ schema: "spinexr.reports/1", reports: entries }, null, 1)}\n`;

/** A report without the steps of its networks. */
export function withoutSteps(report: ScreeningReport): ScreeningReport {
  const stages = report.timings.stages.map(({ run: _, ...stage }) => stage);
  return { ...report, timings: { ...report.timings, stages } };
}
