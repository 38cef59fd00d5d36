/** Where the time of the shown picture went. */
import type { ScreeningReport, StageTiming } from "../engine.ts";
import { type AppStore, shownReport } from "../state/app.ts";
import { byId, h, svg } from "../ui/dom.ts";
import { milliseconds } from "../ui/format.ts";

const NAMES: Readonly<Record<StageTiming["stage"], string>> = {
  decode: "Decoding",
  prepare: "Preparing",
  classify: "Classifier",
  detect: "Detector",
  boxes: "Boxes",
  decision: "Decision",
};

export function startTimings(app: AppStore): void {
  app.watch(
    (state) => [shownReport(state)],
    (report) =>
      byId("timings").replaceChildren(
        report === null ? h("p", { class: "quiet" }, "No picture is screened yet.") : stages(report),
      ),
  );
}

function stages({ timings, provenance }: ScreeningReport): HTMLElement {
  const longest = Math.max(...timings.stages.map(({ ms }) => ms), 0.001);
  const rows = timings.stages.map(({ stage, name, ms }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, NAMES[stage], name === "" ? null : h("span", { class: "quiet" }, ` ${name}`)),
      h("td", {}, milliseconds(ms)),
      h(
        "td",
        { class: "bar-cell", "aria-hidden": "true" },
        svg(
          "svg",
          { viewBox: "0 0 100 8", preserveAspectRatio: "none" },
          svg("rect", { class: "bar-fill", width: Math.max(1, (100 * ms) / longest), height: 8, rx: 1 }),
        ),
      ),
    ),
  );
  const by = `${provenance.backend}/${provenance.isa}, ${provenance.precision}, ${provenance.threads} threads`;
  return h(
    "table",
    { class: "timings" },
    h("caption", { class: "quiet" }, `${milliseconds(timings.total)} in all, by ${by}`),
    h("tbody", {}, ...rows),
  );
}
