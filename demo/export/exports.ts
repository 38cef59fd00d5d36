/** The buttons that save something. */
import type { EngineSession } from "../session/engine-session.ts";
import { toFailure } from "../session/failure.ts";
import type { Pictures } from "../session/pictures.ts";
import { type AppStore, selectedItem } from "../state/app.ts";
import { byId } from "../ui/dom.ts";
import { say } from "../ui/say.ts";
import { download } from "./download.ts";
import { pictureOf } from "./picture.ts";
import { documentOf } from "./reports.ts";

export class Exports {
  readonly #app: AppStore;
  readonly #engine: EngineSession;
  readonly #pictures: Pictures;

  constructor(app: AppStore, engine: EngineSession, pictures: Pictures) {
    this.#app = app;
    this.#engine = engine;
    this.#pictures = pictures;
  }

  start(): void {
    byId("save-json").addEventListener("click", () => {
      const item = selectedItem(this.#app.state);
      if (item?.report) download(`${item.name}.json`, documentOf([item]), "application/json");
    });
    byId("save-all").addEventListener("click", () =>
      download("spinexr-reports.json", documentOf(this.#app.state.items), "application/json"),
    );
    byId("save-png").addEventListener("click", () => void this.#savePng());
  }

  async #savePng(): Promise<void> {
    const item = selectedItem(this.#app.state);
    if (!item?.report) return;
    const button = byId<HTMLButtonElement>("save-png");
    button.setAttribute("aria-busy", "true");
    try {
      const model = await this.#engine.model();
      const picture = await this.#pictures.get(item, model);
      const png = await pictureOf(model, picture, item.report, this.#app.state.sieve.dropped);
      download(`${item.name}.overlay.png`, png, "image/png");
    } catch (error) {
      say(`The picture could not be saved. ${toFailure(error).message}`);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}
