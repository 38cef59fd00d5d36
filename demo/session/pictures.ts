/** Decoded pictures: the last few are kept, since each takes tens of megabytes. */
import { type Model, type Radiograph, readImage } from "../engine.ts";
import type { Item } from "../state/app.ts";

export interface Picture {
  readonly image: Radiograph;
  /** The 8-bit grey picture that the networks are shown, at the original's size. */
  readonly shown: Uint8Array;
}

const KEPT = 3;

export class Pictures {
  readonly #kept = new Map<number, Promise<Picture>>();

  /** Rejects as readImage() and model.display(). */
  get(item: Item, model: Model, signal?: AbortSignal): Promise<Picture> {
    const found = this.#kept.get(item.id);
    if (found !== undefined) {
      this.#kept.delete(item.id);
      this.#kept.set(item.id, found);
      return found;
    }
    const made = this.#make(item, model, signal);
    this.#kept.set(item.id, made);
    made.catch(() => {
      if (this.#kept.get(item.id) === made) this.#kept.delete(item.id);
    });
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(id);
    }
    return made;
  }

  drop(id: number): void {
    this.#kept.delete(id);
  }

  async #make(item: Item, model: Model, signal: AbortSignal | undefined): Promise<Picture> {
    const image = await readImage(item.source, { signal });
    const { pixels } = await model.display(image, { signal });
    return { image, shown: pixels };
  }
}
