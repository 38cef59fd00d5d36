/** What stands on the stage beside the picture: its facts, what is being done, what went wrong. */
import type { Radiograph } from "../engine.ts";
import { type AppStore, type Item, selectedItem } from "../state/app.ts";
import { byId, h, setHidden } from "../ui/dom.ts";
import { plural, probability } from "../ui/format.ts";
import type { Viewer } from "../viewer/viewer.ts";

export class StagePanel {
  readonly #app: AppStore;
  readonly #viewer: Viewer;

  constructor(app: AppStore, viewer: Viewer) {
    this.#app = app;
    this.#viewer = viewer;
    app.watch(
      (state) => [selectedItem(state), state.engine],
      (_item, _engine) => this.update(),
    );
  }

  update(): void {
    const item = selectedItem(this.#app.state);
    const { picture } = this.#viewer;
    const { engine } = this.#app.state;
    setHidden(byId("empty"), item !== null);
    const failure =
      item?.status === "failed"
        ? item.failure
        : item !== null && engine.phase === "failed"
          ? engine.failure
          : null;
    const box = byId("stage-failure");
    setHidden(box, failure === null);
    if (failure !== null)
      box.replaceChildren(
        h(
          "p",
          { class: "empty-title" },
          item?.status === "failed" ? "This file could not be screened" : "The engine does not run",
        ),
        h("p", {}, failure.message),
        h("p", {}, h("code", {}, failure.code)),
      );
    const busy = failure !== null ? "" : busyText(item, picture !== null, engine);
    setHidden(byId("stage-busy"), busy === "");
    byId("stage-busy-text").textContent = busy;
    byId("corner-facts").textContent = picture === null ? "" : factsOf(picture.image);
    byId("corner-window").textContent = picture === null ? "" : this.#windowText();
    showVerdict(picture === null ? null : item);
    byId("zoom").textContent =
      picture === null ? "–" : `${Math.round(this.#viewer.scale * devicePixelRatio * 100)} %`;
    byId("stage").setAttribute("aria-label", describe(item));
  }

  #windowText(): string {
    const { window, windowed, inverted } = this.#viewer;
    const numbers = `W ${Math.round(window.width)} L ${Math.round(window.center)}`;
    return [windowed ? numbers : "as the model sees it", ...(inverted ? ["inverted"] : [])].join(" · ");
  }
}

function busyText(item: Item | null, shown: boolean, engine: { phase: string; text?: string }): string {
  if (item === null) return "";
  if (engine.phase === "loading") return `${engine.text}…`;
  if (item.status === "working") return shown ? "Screening…" : "Reading…";
  return "";
}

function factsOf({ format, width, height, bitsStored, source, frame, frameCount }: Radiograph): string {
  const kind = [source.modality, source.bodyPart, source.viewPosition].filter(
    (part) => part !== undefined && part !== "",
  );
  return [
    kind.length > 0 ? kind.join(" ") : format.toUpperCase(),
    `${width} × ${height}, ${bitsStored} bits`,
    ...(frameCount > 1 ? [`frame ${frame + 1} of ${frameCount}`] : []),
  ].join("\n");
}

function showVerdict(item: Item | null): void {
  const corner = byId("corner-verdict");
  const abnormal = item?.report?.abnormal ?? null;
  corner.className = `corner top right ${abnormal === null ? "" : abnormal.positive ? "abnormal" : "normal"}`;
  corner.textContent =
    abnormal === null
      ? ""
      : `${abnormal.positive ? "Abnormal" : "Normal"} ${probability(abnormal.probability)}`;
}

/** One sentence for people who cannot see the picture. */
export function describe(item: Item | null): string {
  if (item === null) return "No picture yet";
  const { name, report, failure } = item;
  if (failure !== null) return `${name}: ${failure.message}`;
  if (report === null) return `${name}, not screened yet`;
  const { abnormal, findings } = report;
  const call =
    abnormal === null
      ? ""
      : `${abnormal.positive ? "abnormal" : "normal"}, probability ${probability(abnormal.probability)}, `;
  return `${name}: ${call}${plural(findings.length, "finding")}`;
}
