/** Where a picture lies on the stage: scale and offset in CSS pixels. Arithmetic only. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point of the picture lies at point * scale + (x, y) of the stage. */
export interface View extends Point {
  readonly scale: number;
}

/** CSS pixels that always show something of the picture. */
const SEEN = 48;

const clamp = (low: number, value: number, high: number): number => Math.min(Math.max(low, value), high);

/** Whole and in the middle, `margin` pixels from the nearest sides. */
export function fit(picture: Size, stage: Size, margin = 0): View {
  const room = (side: number): number => Math.max(1, side - 2 * margin);
  const scale = Math.min(room(stage.width) / picture.width, room(stage.height) / picture.height);
  return centred(picture, stage, scale);
}

export const centred = (picture: Size, stage: Size, scale: number): View => ({
  scale,
  x: (stage.width - picture.width * scale) / 2,
  y: (stage.height - picture.height * scale) / 2,
});

/** From a quarter of the fitting size to 16 pixels of the screen for one of the picture. */
export function limits(picture: Size, stage: Size): { readonly least: number; readonly most: number } {
  const whole = fit(picture, stage).scale;
  return { least: whole / 4, most: Math.max(16, whole) };
}

/** The point `at` of the stage stays where it is. */
export function zoomAt(view: View, factor: number, at: Point, picture: Size, stage: Size): View {
  const { least, most } = limits(picture, stage);
  const scale = clamp(least, view.scale * factor, most);
  const ratio = scale / view.scale;
  const moved = { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
  return inSight(moved, picture, stage);
}

export const pan = (view: View, dx: number, dy: number, picture: Size, stage: Size): View =>
  inSight({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage);

/** Moved back so far that a part of the picture is on the stage. */
export function inSight(view: View, picture: Size, stage: Size): View {
  const side = (offset: number, length: number, room: number): number => {
    const seen = Math.min(SEEN, length);
    return clamp(seen - length, offset, room - seen);
  };
  return {
    scale: view.scale,
    x: side(view.x, picture.width * view.scale, stage.width),
    y: side(view.y, picture.height * view.scale, stage.height),
  };
}

export const toPicture = (view: View, { x, y }: Point): Point => ({
  x: (x - view.x) / view.scale,
  y: (y - view.y) / view.scale,
});

export const toStage = (view: View, { x, y }: Point): Point => ({
  x: x * view.scale + view.x,
  y: y * view.scale + view.y,
});

/** A box in the middle of the stage with as much around it again, but never smaller than the fitting size. */
export function around(box: readonly [number, number, number, number], picture: Size, stage: Size): View {
  const [x0, y0, x1, y1] = box;
  const [width, height] = [Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
  const wanted = Math.min(stage.width / (width * 3), stage.height / (height * 3));
  const { most } = limits(picture, stage);
  const scale = clamp(fit(picture, stage).scale, wanted, Math.min(most, 4));
  const view = {
    scale,
    x: stage.width / 2 - ((x0 + x1) / 2) * scale,
    y: stage.height / 2 - ((y0 + y1) / 2) * scale,
  };
  return inSight(view, picture, stage);
}

/** The smallest box that has the point inside, or -1. */
export function boxAt(
  boxes: readonly (readonly [number, number, number, number])[],
  { x, y }: Point,
  slack = 0,
): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, [x0, y0, x1, y1]] of boxes.entries()) {
    const inside = x >= x0 - slack && x <= x1 + slack && y >= y0 - slack && y <= y1 + slack;
    const area = (x1 - x0) * (y1 - y0);
    if (inside && area < least) [best, least] = [i, area];
  }
  return best;
}
