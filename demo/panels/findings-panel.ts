/** The list of findings and the slider that decides which are in it. */
import { hex } from "../../src/output/colours.ts";
import { type AppStore, shownReport } from "../state/app.ts";
import { type ShownFinding, shownFindings } from "../state/sieve.ts";
import { byId, h, svg } from "../ui/dom.ts";
import { plural, position, score } from "../ui/format.ts";
import { colourOf } from "../viewer/boxes.ts";

export interface FindingsActions {
  chosen(finding: ShownFinding): void;
}

export function startFindings(app: AppStore, { chosen }: FindingsActions): void {
  const list = byId<HTMLOListElement>("findings");
  startSieve(app);

  app.watch(
    (state) => [shownReport(state), state.sieve, state.classes],
    (report, sieve, classes) => {
      const findings = shownFindings(report, sieve);
      const focused = [...list.children].findIndex((row) => row.contains(document.activeElement));
      list.replaceChildren(...findings.map((finding, i) => row(app, finding, i, classes, chosen)));
      if (focused >= 0)
        list.children[Math.min(focused, findings.length - 1)]?.querySelector("button")?.focus();
      byId<HTMLFieldSetElement>("sieve").disabled = report === null;
      byId("findings-count").textContent = report === null ? "" : String(findings.length);
      byId("findings-none").textContent =
        report !== null && findings.length === 0 ? noneText(report.suppressed.length, sieve.least) : "";
    },
  );
  app.watch(
    ({ highlighted }) => [highlighted],
    (highlighted) => {
      for (const [i, element] of [...list.children].entries()) {
        element.classList.toggle("lit", i === highlighted);
        if (i === highlighted) element.scrollIntoView({ block: "nearest" });
      }
    },
  );
}

const noneText = (dropped: number, least: number | null): string =>
  least === null && dropped > 0
    ? `None that the model’s thresholds keep; ${plural(dropped, "proposal was", "proposals were")} dropped.`
    : "None.";

function row(
  app: AppStore,
  finding: ShownFinding,
  i: number,
  classes: readonly string[],
  chosen: FindingsActions["chosen"],
): HTMLLIElement {
  const { number, label, score: value, box, dropped } = finding;
  const light = (on: boolean) => () => {
    if (on) app.set({ highlighted: i });
    else if (app.state.highlighted === i) app.set({ highlighted: null });
  };
  const colour = hex(colourOf(label, classes));
  return h(
    "li",
    {
      class: `finding${dropped ? " dropped" : ""}`,
      "data-score": value,
      onpointerenter: light(true),
      onpointerleave: light(false),
    },
    h(
      "button",
      { type: "button", onfocus: light(true), onblur: light(false), onclick: () => chosen(finding) },
      svg(
        "svg",
        { class: "swatch", viewBox: "0 0 26 22", "aria-hidden": "true" },
        svg("rect", { x: 1.5, y: 1.5, width: 23, height: 19, rx: 4, stroke: colour }),
        Object.assign(svg("text", { x: 13, y: 15.5, "text-anchor": "middle" }), {
          textContent: String(number),
        }),
      ),
      h("span", { class: "label" }, label),
      h("span", { class: "score" }, h("span", { class: "unseen" }, "score "), value.toFixed(3)),
      h("span", { class: "where" }, position(box), dropped ? h("em", {}, " · dropped by the rule") : null),
    ),
  );
}

function startSieve(app: AppStore): void {
  const least = byId<HTMLInputElement>("least");
  const dropped = byId<HTMLInputElement>("dropped");
  const change = (patch: Partial<typeof app.state.sieve>): void =>
    app.set({ sieve: { ...app.state.sieve, ...patch }, highlighted: null });
  least.addEventListener("input", () => change({ least: Number(least.value) }));
  byId("by-model").addEventListener("click", () => change({ least: null }));
  dropped.addEventListener("change", () => change({ dropped: dropped.checked }));
  app.watch(
    ({ sieve }) => [sieve],
    (sieve) => {
      const own = sieve.least === null;
      least.classList.toggle("idle", own);
      byId("by-model").setAttribute("aria-pressed", String(own));
      byId("least-value").textContent = own ? "the model’s own" : score(sieve.least);
      least.setAttribute("aria-valuetext", own ? "the model’s own thresholds" : score(sieve.least));
      dropped.disabled = !own;
      dropped.checked = own ? sieve.dropped : true;
    },
  );
}
