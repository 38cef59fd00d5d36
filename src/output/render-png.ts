/** A scene as PNG. */
import { SpineXRError } from "../api/errors.ts";
import { encodePng } from "../image/png-write.ts";
import { Canvas } from "./canvas.ts";
import { BLACK } from "./colours.ts";
import { printable, textStrokes } from "./font.ts";
import { dashes, type Item, type Rect, rim, type Scene } from "./scene.ts";

const RIM_OPACITY = 0.65;
/** Line widths of text in ems. */
const REGULAR = 0.088;
const BOLD = 0.122;

/** @throws SpineXRError LIMIT_EXCEEDED; INVALID_ARGUMENT when a picture does not have its rectangle's size */
export function renderPng(scene: Scene): Uint8Array {
  const canvas = new Canvas(scene.width, scene.height, scene.background);
  for (const item of scene.items) draw(canvas, item);
  return encodePng({ pixels: canvas.rgb, height: canvas.height, width: canvas.width }, 3);
}

function draw(canvas: Canvas, item: Item): void {
  switch (item.kind) {
    case "picture": {
      const { image, rect } = item;
      if (image.width !== rect.width || image.height !== rect.height)
        throw new SpineXRError(
          "INVALID_ARGUMENT",
          `Expected the picture at its shown size, ${rect.width} x ${rect.height}; found ${image.width} x ${image.height}.`,
        );
      canvas.grey(image, rect.x, rect.y);
      return;
    }
    case "fill":
      canvas.fill(item.rect, item.colour, item.opacity, item.radius);
      return;
    case "outline": {
      const { rect, colour, stroke } = item;
      const wide = stroke + 2 * rim(stroke);
      if (!item.dashed) {
        canvas.outline(rect, BLACK, wide, RIM_OPACITY);
        canvas.outline(rect, colour, stroke, 1);
        return;
      }
      const lines = dashesOf(rect, stroke);
      canvas.strokes(lines, BLACK, wide, RIM_OPACITY);
      canvas.strokes(lines, colour, stroke, 1);
      return;
    }
    case "line": {
      const { from, to, colour, stroke } = item;
      const line = [[from.x, from.y, to.x, to.y]];
      canvas.strokes(line, BLACK, stroke + 2 * rim(stroke), RIM_OPACITY);
      canvas.strokes(line, colour, stroke, 1);
      return;
    }
    case "text": {
      const { x, baseline, size, text, colour, bold } = item;
      const stroke = Math.max(1, size * (bold ? BOLD : REGULAR));
      canvas.strokes(textStrokes(printable(text), x, baseline, size), colour, stroke, 1);
      return;
    }
  }
}

/** Round ends add half a line's width to both ends of a dash. */
function dashesOf({ x, y, width, height }: Rect, stroke: number): number[][] {
  const [dash, gap] = dashes(stroke);
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ];
  const lines: number[][] = [];
  for (let side = 0; side < 4; side++) {
    const [fromX, fromY] = corners[side];
    const [toX, toY] = corners[side + 1];
    const length = Math.abs(toX - fromX) + Math.abs(toY - fromY);
    const at = (distance: number): [number, number] => {
      const t = length === 0 ? 0 : Math.min(1, distance / length);
      return [fromX + (toX - fromX) * t, fromY + (toY - fromY) * t];
    };
    for (let from = 0; from < length; from += dash + gap)
      lines.push([...at(from), ...at(from + dash - stroke)]);
  }
  return lines;
}
