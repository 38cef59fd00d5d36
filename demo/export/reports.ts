/** Reports as the command line writes them. */
import { type ReportEntry, reportDocument, withoutSteps } from "../../src/output/report-document.ts";
import type { Item } from "../state/app.ts";

/** Of pictures that are through; those that failed have their error. */
export function documentOf(items: readonly Item[]): string {
  const entries = items.flatMap(({ name, report, failure }): ReportEntry[] => {
    if (failure !== null) return [{ input: name, error: { code: failure.code, message: failure.message } }];
    return report === null ? [] : [{ input: name, ...withoutSteps(report) }];
  });
  return reportDocument(entries);
}
