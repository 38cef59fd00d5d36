/** Pointers and the wheel as moves of a picture. */
import type { Point } from "./transform.ts";

export interface Moves {
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
  /** From where the drag began. */
  window(dx: number, dy: number): void;
  windowBegins(): void;
  windowEnds(): void;
  /** null: the pointer is not over the picture. */
  hover(at: Point | null): void;
  tap(at: Point): void;
  twice(at: Point): void;
  /** What one finger or the left button does. */
  readonly tool: "pan" | "window";
}

/** Pixels that a hand trembles. */
const STILL = 4;

interface Finger extends Point {
  readonly from: Point;
}

export function listen(stage: HTMLElement, moves: Moves): void {
  const fingers = new Map<number, Finger>();
  let mode: "pan" | "window" | null = null;
  let moved = false;
  const at = (event: MouseEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const stopWindow = (): void => {
    if (mode === "window") moves.windowEnds();
    mode = null;
  };

  stage.addEventListener("pointerdown", (event) => {
    if ((event.target as Element).closest("button, a")) return;
    const point = at(event);
    if (fingers.size === 0) moved = false;
    stopWindow();
    fingers.set(event.pointerId, { ...point, from: point });
    stage.setPointerCapture(event.pointerId);
    if (fingers.size > 1) return;
    mode =
      event.button === 2 || event.shiftKey || (event.button === 0 && moves.tool === "window")
        ? "window"
        : "pan";
    if (mode === "window") moves.windowBegins();
  });

  stage.addEventListener("pointermove", (event) => {
    const point = at(event);
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) {
      if (event.pointerType !== "touch") moves.hover(point);
      return;
    }
    if (Math.hypot(point.x - finger.from.x, point.y - finger.from.y) > STILL) moved = true;
    fingers.set(event.pointerId, { ...point, from: finger.from });
    if (fingers.size === 2) pinch(finger, point, other(fingers, event.pointerId), moves);
    else if (mode === "window") moves.window(point.x - finger.from.x, point.y - finger.from.y);
    else if (mode === "pan" && moved) moves.pan(point.x - finger.x, point.y - finger.y);
  });

  const up = (event: PointerEvent): void => {
    if (!fingers.delete(event.pointerId)) return;
    stopWindow();
    if (fingers.size > 0) moved = true;
    else if (!moved && event.type === "pointerup" && event.button === 0) moves.tap(at(event));
    // The finger that stays goes on moving the picture.
    if (fingers.size === 1) mode = "pan";
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", () => moves.hover(null));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("dblclick", (event) => {
    if (!(event.target as Element).closest("button, a")) moves.twice(at(event));
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
      // Trackpads pinch with small steps and the control key.
      const strength = event.ctrlKey ? 0.01 : 0.0016;
      moves.zoom(Math.exp(-event.deltaY * lines * strength), at(event));
    },
    { passive: false },
  );
}

const other = (fingers: ReadonlyMap<number, Finger>, id: number): Finger =>
  [...fingers].find(([one]) => one !== id)![1];

/** Zooms about the middle of both fingers, and moves with it. */
function pinch(before: Point, now: Point, still: Point, moves: Moves): void {
  const distance = (a: Point, b: Point): number => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  moves.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  moves.zoom(distance(now, still) / distance(before, still), {
    x: (now.x + still.x) / 2,
    y: (now.y + still.y) / 2,
  });
}
