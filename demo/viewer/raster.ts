/** The picture as pixels to draw: as the networks see it, or through a grey window over its stored values. */
import type { Picture } from "../session/pictures.ts";
import { type GreyWindow, grey, greyTable } from "./window-level.ts";

/** While the window is dragged, no more pixels than this are computed anew each time. */
const QUICK = 700_000;
/** What a canvas holds on any device. */
const MOST = 16_000_000;
const TABLE = 1 << 16;

export class Raster {
  readonly canvas = document.createElement("canvas");
  readonly #picture: Picture;
  readonly #low: number;
  readonly #high: number;

  constructor(picture: Picture) {
    this.#picture = picture;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of picture.image.samples) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#low = low;
    this.#high = high;
  }

  /** window null: as the networks see it. quick: fewer pixels. */
  paint(window: GreyWindow | null, inverted: boolean, quick: boolean): void {
    const { image, shown } = this.#picture;
    const most = quick ? QUICK : MOST;
    const step = Math.ceil(Math.sqrt((image.width * image.height) / most));
    const [width, height] = [Math.ceil(image.width / step), Math.ceil(image.height / step)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d", { alpha: false })!;
    const pixels = context.createImageData(width, height);
    const out = new Uint32Array(pixels.data.buffer);
    const values = window === null ? shown : image.samples;
    const toGrey = window === null ? null : this.#grey(window);
    for (let y = 0, at = 0; y < height; y++) {
      const row = Math.min(y * step, image.height - 1) * image.width;
      for (let x = 0; x < width; x++, at++) {
        const value = values[row + Math.min(x * step, image.width - 1)]!;
        const shade = toGrey === null ? value : toGrey(value);
        out[at] = 0xff000000 | ((inverted ? 255 - shade : shade) * 0x010101);
      }
    }
    context.putImageData(pixels, 0, 0);
  }

  #grey(window: GreyWindow): (value: number) => number {
    const low = this.#low;
    if (this.#high - low >= TABLE) return (value) => grey(window, value);
    const table = greyTable(window, low, this.#high);
    return (value) => table[value - low]!;
  }
}
