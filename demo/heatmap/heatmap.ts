/** The heatmap of the picture that is looked at, made when it is first wanted. */
import type { Model } from "../engine.ts";
import { modelFolder } from "../session/model-address.ts";
import type { Picture } from "../session/pictures.ts";
import type { AppStore } from "../state/app.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { Activation } from "./activation.ts";
import { paintMap } from "./colours.ts";

export class Heatmap {
  readonly #app: AppStore;
  readonly #viewer: Viewer;
  readonly #maps = new WeakMap<Picture, Promise<HTMLCanvasElement>>();
  #activation: { readonly model: Model; readonly made: Activation } | null = null;

  constructor(app: AppStore, viewer: Viewer) {
    this.#app = app;
    this.#viewer = viewer;
  }

  /** Rejects where it cannot be made. */
  async show(model: Model): Promise<void> {
    const { picture } = this.#viewer;
    if (picture === null) return;
    let map = this.#maps.get(picture);
    if (map === undefined) {
      map = this.#make(model, picture);
      this.#maps.set(picture, map);
      map.catch(() => this.#maps.delete(picture));
    }
    const canvas = await map;
    const { heat } = this.#app.state;
    if (heat.on && this.#viewer.picture === picture) this.#viewer.setLayer({ canvas, opacity: heat.opacity });
  }

  async #make(model: Model, picture: Picture): Promise<HTMLCanvasElement> {
    if (this.#activation?.model !== model) {
      void this.#activation?.made.dispose();
      this.#activation = { model, made: new Activation(model, modelFolder(), this.#app.state.choice) };
    }
    const canvas = document.createElement("canvas");
    paintMap(await this.#activation.made.map(picture.image), canvas);
    return canvas;
  }
}
