/** How likely the picture is abnormal, against the model's threshold, and what the decision rule did with it. */
import type { ScreeningReport } from "../engine.ts";
import { type AppStore, selectedItem } from "../state/app.ts";
import { ruleAccount } from "../state/sieve.ts";
import { byId, h, svg } from "../ui/dom.ts";
import { plural, probability } from "../ui/format.ts";
import { icon } from "../ui/icons.ts";

export function startVerdict(app: AppStore): void {
  const panel = byId("verdict");
  app.watch(
    (state) => [selectedItem(state)],
    (item) => {
      if (item?.report) panel.replaceChildren(...verdict(item.report));
      else
        panel.replaceChildren(
          h(
            "p",
            { class: "quiet" },
            item === null ? "Results of the chosen picture come here." : waitingFor(item.status),
          ),
        );
      for (const id of ["save-json", "save-png"]) byId<HTMLButtonElement>(id).disabled = !item?.report;
    },
  );
}

const waitingFor = (status: string): string =>
  ({
    waiting: "This picture waits for its turn.",
    working: "This picture is being screened.",
    failed: "This picture could not be screened.",
    stopped: "Screening of this picture was cancelled.",
  })[status] ?? "";

function verdict(report: ScreeningReport): Node[] {
  const { abnormal, warnings } = report;
  const notes = warnings.map((warning) => h("li", {}, icon("warning"), h("span", {}, warning)));
  const list = notes.length > 0 ? [h("ul", { class: "warnings", "aria-label": "Warnings" }, ...notes)] : [];
  if (abnormal === null) return [h("p", { class: "call" }, "Not known"), ...rule(report), ...list];
  const { probability: value, threshold, positive, members } = abnormal;
  const word = positive ? "Abnormal" : "Normal";
  return [
    h(
      "div",
      { class: `call ${positive ? "abnormal" : "normal"}` },
      h("strong", { id: "call" }, word),
      h(
        "span",
        { class: "probability" },
        h("span", { class: "quiet" }, "probability "),
        h("span", { id: "probability", "data-value": value }, probability(value)),
      ),
    ),
    gauge(value, threshold, positive),
    h(
      "p",
      { class: "why" },
      `${positive ? "At or above" : "Below"} the model’s threshold of ${threshold}: the picture is called ${word.toLowerCase()}.`,
    ),
    ...(members.length > 1
      ? [
          h(
            "p",
            { class: "quiet" },
            `Members: ${members.map(({ name, probability: p }) => `${name} ${probability(p)}`).join(", ")}.`,
          ),
        ]
      : []),
    ...rule(report),
    ...list,
  ];
}

function gauge(value: number, threshold: number, positive: boolean): Node {
  const at = (share: number): number => 4 + share * 292;
  return svg(
    "svg",
    {
      class: `gauge ${positive ? "abnormal" : "normal"}`,
      viewBox: "0 0 300 26",
      role: "img",
      "aria-label": `Probability ${probability(value)} on a scale from 0 to 1, threshold ${threshold}`,
    },
    svg("rect", { class: "track", x: 4, y: 6, width: 292, height: 8, rx: 4 }),
    svg("rect", { class: "value", x: 4, y: 6, width: Math.max(8, value * 292), height: 8, rx: 4 }),
    svg("path", { class: "threshold", d: `M${at(threshold)} 1v18` }),
    svg("path", { class: "needle", d: `M${at(threshold)} 19l-4 6h8z` }),
  );
}

/** What the package's thresholds and its rule left of what the detector found. */
function rule(report: ScreeningReport): Node[] {
  const { found, kept, unsure, normal } = ruleAccount(report);
  const { findingWhenNormal } = report.provenance.thresholds;
  if (found === 0) return [h("p", { class: "quiet", id: "rule" }, "The detector found nothing at all.")];
  const dropped = [
    ...(unsure > 0 ? [`${unsure} below the threshold of ${unsure === 1 ? "its" : "their"} class`] : []),
    ...(normal > 0 ? [`${normal} below ${findingWhenNormal} on a picture called normal`] : []),
  ];
  const sentence = `The detector proposed ${plural(found, "box", "boxes")}. The model’s rule kept ${kept === 0 ? "none" : kept}${dropped.length > 0 ? `, and dropped ${dropped.join(" and ")}` : ""}.`;
  return [h("p", { class: "quiet", id: "rule" }, sentence)];
}
