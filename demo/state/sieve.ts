/** Which findings of a report are shown, and what the decision rule did. */
import { atOperatingPoints } from "../../src/metrics/decision-rule.ts";
import type { Finding, ScreeningReport } from "../engine.ts";
import type { Sieve } from "./app.ts";

export interface ShownFinding extends Finding {
  /** From 1 on, in falling score. */
  readonly number: number;
  /** The package's thresholds or its rule left it out of the report's findings. */
  readonly dropped: boolean;
}

export function shownFindings(
  report: ScreeningReport | null,
  { least, dropped }: Sieve,
): readonly ShownFinding[] {
  if (report === null) return [];
  const kept = report.findings.map((finding) => ({ ...finding, dropped: false }));
  const rest = report.suppressed.map((finding) => ({ ...finding, dropped: true }));
  const chosen =
    least === null
      ? [...kept, ...(dropped ? rest : [])]
      : [...kept, ...rest].filter(({ score }) => score >= least);
  return chosen.sort((a, b) => b.score - a.score).map((finding, i) => ({ ...finding, number: i + 1 }));
}

export interface RuleAccount {
  readonly found: number;
  readonly kept: number;
  /** Below the threshold of their class. */
  readonly unsure: number;
  /** Left out because the picture is called normal. */
  readonly normal: number;
}

/** How many findings the package's thresholds and then its rule left out. */
export function ruleAccount({ findings, suppressed, provenance }: ScreeningReport): RuleAccount {
  const all = [...findings, ...suppressed];
  const sure = atOperatingPoints(all, provenance.thresholds.finding).length;
  return {
    found: all.length,
    kept: findings.length,
    unsure: all.length - sure,
    normal: sure - findings.length,
  };
}
