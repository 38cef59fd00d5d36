/** The picture on its stage: where it lies, how grey it is, what lies over it. */
import type { Picture } from "../session/pictures.ts";
import type { ShownFinding } from "../state/sieve.ts";
import { type BoxScene, drawBoxes } from "./boxes.ts";
import { listen } from "./gestures.ts";
import { Raster } from "./raster.ts";
import {
  around,
  boxAt,
  centred,
  fit,
  inSight,
  type Point,
  pan,
  type Size,
  toPicture,
  type View,
  zoomAt,
} from "./transform.ts";
import { dragWindow, type GreyWindow, nearestWindow } from "./window-level.ts";

/** Drawn over the picture, under the boxes. */
export interface Layer {
  readonly canvas: HTMLCanvasElement;
  /** 0..1 */
  readonly opacity: number;
}

export interface ViewerEvents {
  /** Something of what readouts say is another. */
  changed(): void;
  /** Index of the finding under the pointer. */
  hovered(index: number | null): void;
  chosen(index: number): void;
}

export interface StageElements {
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly boxes: SVGSVGElement;
}

const MARGIN = 12;
const NOTHING: BoxScene = { findings: [], classes: [], labels: true, highlighted: null };

export class Viewer {
  tool: "pan" | "window" = "pan";
  readonly #elements: StageElements;
  readonly #events: ViewerEvents;
  #picture: Picture | null = null;
  #raster: Raster | null = null;
  #view: View = { scale: 1, x: 0, y: 0 };
  #fitted = true;
  /** null: as the networks see it. */
  #window: GreyWindow | null = null;
  #start: GreyWindow = { center: 127.5, width: 255, dark: false };
  #dragged: GreyWindow | null = null;
  #inverted = false;
  #scene = NOTHING;
  #layer: Layer | null = null;
  #stage: Size = { width: 1, height: 1 };
  #frame = 0;
  #stale: "no" | "quick" | "full" = "no";

  constructor(elements: StageElements, events: ViewerEvents) {
    this.#elements = elements;
    this.#events = events;
    new ResizeObserver(() => this.#measure()).observe(elements.stage);
    this.#measure();
    const viewer = this;
    listen(elements.stage, {
      get tool() {
        return viewer.tool;
      },
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (factor, at) => this.zoom(factor, at),
      windowBegins: () => {
        this.#dragged = this.window;
      },
      window: (dx, dy) => {
        if (this.#dragged !== null && (dx !== 0 || dy !== 0))
          this.#setWindow(dragWindow(this.#dragged, dx, dy, this.#stage), "quick");
      },
      windowEnds: () => {
        this.#dragged = null;
        if (this.#window !== null) this.#repaint("full");
      },
      hover: (at) => events.hovered(at === null ? null : this.#at(at, 0)),
      tap: (at) => {
        const index = this.#at(at, 8);
        if (index !== null) events.chosen(index);
      },
      twice: (at) => (this.#fitted ? this.oneToOne(at) : this.fit()),
    });
  }

  get picture(): Picture | null {
    return this.#picture;
  }

  /** CSS pixels for one of the picture. */
  get scale(): number {
    return this.#view.scale;
  }

  /** What is shown, or nearest to it where the networks' view is shown. */
  get window(): GreyWindow {
    return this.#window ?? this.#start;
  }

  get windowed(): boolean {
    return this.#window !== null;
  }

  get inverted(): boolean {
    return this.#inverted;
  }

  /** Another picture starts fitted and as the networks see it. */
  show(picture: Picture | null): void {
    if (picture === this.#picture) return;
    this.#picture = picture;
    this.#raster = picture === null ? null : new Raster(picture);
    if (picture !== null) this.#start = nearestWindow(picture.image.samples, picture.shown);
    this.reset();
  }

  setFindings(findings: readonly ShownFinding[], classes: readonly string[]): void {
    this.#setScene({ findings, classes });
  }

  setLabels(labels: boolean): void {
    this.#setScene({ labels });
  }

  highlight(highlighted: number | null): void {
    this.#setScene({ highlighted });
  }

  setLayer(layer: Layer | null): void {
    this.#layer = layer;
    this.#draw();
  }

  fit(): void {
    this.#fitted = true;
    if (this.#picture !== null) this.#setView(fit(this.#picture.image, this.#stage, MARGIN), true);
  }

  /** One pixel of the picture on one of the screen; the point `at` of the stage stays. */
  oneToOne(at?: Point): void {
    const picture = this.#picture?.image;
    if (picture === undefined) return;
    const scale = 1 / devicePixelRatio;
    if (at === undefined) this.#setView(centred(picture, this.#stage, scale));
    else this.#setView(zoomAt(this.#view, scale / this.#view.scale, at, picture, this.#stage));
  }

  zoom(factor: number, at: Point = this.#middle): void {
    const picture = this.#picture?.image;
    if (picture !== undefined) this.#setView(zoomAt(this.#view, factor, at, picture, this.#stage));
  }

  pan(dx: number, dy: number): void {
    const picture = this.#picture?.image;
    if (picture !== undefined) this.#setView(pan(this.#view, dx, dy, picture, this.#stage));
  }

  lookAt(box: ShownFinding["box"]): void {
    const picture = this.#picture?.image;
    if (picture !== undefined) this.#setView(around(box, picture, this.#stage));
  }

  /** As a drag of so many pixels would. */
  adjustWindow(dx: number, dy: number): void {
    if (this.#picture !== null) this.#setWindow(dragWindow(this.window, dx, dy, this.#stage), "full");
  }

  invert(): void {
    this.#inverted = !this.#inverted;
    this.#repaint("full");
  }

  /** The grey scale as the networks see it. */
  resetWindow(): void {
    this.#window = null;
    this.#repaint("full");
  }

  reset(): void {
    this.#window = null;
    this.#inverted = false;
    this.fit();
    this.#repaint("full");
  }

  get #middle(): Point {
    return { x: this.#stage.width / 2, y: this.#stage.height / 2 };
  }

  #at(at: Point, slack: number): number | null {
    if (this.#picture === null) return null;
    const index = boxAt(
      this.#scene.findings.map(({ box }) => box),
      toPicture(this.#view, at),
      slack / this.#view.scale,
    );
    return index < 0 ? null : index;
  }

  #measure(): void {
    const { stage, canvas } = this.#elements;
    const { clientWidth: width, clientHeight: height } = stage;
    if (width === 0 || height === 0) return;
    this.#stage = { width, height };
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    if (this.#fitted) this.fit();
    else if (this.#picture !== null) this.#setView(inSight(this.#view, this.#picture.image, this.#stage));
    // At once: a resized canvas is empty.
    cancelAnimationFrame(this.#frame);
    this.#render();
  }

  #setView(view: View, fitted = false): void {
    this.#view = view;
    this.#fitted = fitted;
    this.#draw();
    this.#events.changed();
  }

  #setWindow(window: GreyWindow, how: "quick" | "full"): void {
    this.#window = window;
    this.#repaint(how);
  }

  #setScene(part: Partial<BoxScene>): void {
    this.#scene = { ...this.#scene, ...part };
    this.#draw();
  }

  #repaint(how: "quick" | "full"): void {
    this.#stale = how;
    this.#draw();
    this.#events.changed();
  }

  /** With the screen's next frame. */
  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    const { canvas, boxes } = this.#elements;
    const context = canvas.getContext("2d", { alpha: false })!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#05070a";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (this.#raster === null || this.#picture === null) {
      boxes.replaceChildren();
      return;
    }
    if (this.#stale !== "no") this.#raster.paint(this.#window, this.#inverted, this.#stale === "quick");
    this.#stale = "no";
    const { scale, x, y } = this.#view;
    const { width, height } = this.#picture.image;
    context.setTransform(
      devicePixelRatio,
      0,
      0,
      devicePixelRatio,
      x * devicePixelRatio,
      y * devicePixelRatio,
    );
    // Large pixels are shown as what they are.
    context.imageSmoothingEnabled = scale * devicePixelRatio < 4;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#raster.canvas, 0, 0, width * scale, height * scale);
    if (this.#layer !== null) {
      context.imageSmoothingEnabled = true;
      context.globalAlpha = this.#layer.opacity;
      context.drawImage(this.#layer.canvas, 0, 0, width * scale, height * scale);
      context.globalAlpha = 1;
    }
    drawBoxes(boxes, this.#scene, this.#view, this.#stage);
  }
}
