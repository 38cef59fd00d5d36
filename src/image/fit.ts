/** Size rules of detectors. A side of a very elongated picture may become 0; such a size cannot be used as it is. */
import { SpineXRError } from "../api/errors.ts";

export interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * detectron2's ResizeShortestEdge: the size to which a picture is resized so that its shorter side becomes `short`, unless the longer one would then
 * exceed `max`: scale = short / min(height, width), reduced to max / longer side where needed, sides rounded half up.
 * @throws SpineXRError INVALID_ARGUMENT unless all four are positive
 */
export function fitShortestEdge(height: number, width: number, short: number, max: number): Size {
  checkPositive({ height, width, short, max });
  const scale = short / Math.min(height, width);
  let [fitHeight, fitWidth] = height < width ? [short, scale * width] : [scale * height, short];
  const longer = Math.max(fitHeight, fitWidth);
  if (longer > max) {
    fitHeight *= max / longer;
    fitWidth *= max / longer;
  }
  return { height: roundSide(fitHeight), width: roundSide(fitWidth) };
}

/**
 * The largest size of the same aspect ratio inside maxHeight x maxWidth: one scale for both sides, rounded half up.
 * @throws SpineXRError INVALID_ARGUMENT unless all four are positive
 */
export function fitInside(height: number, width: number, maxHeight: number, maxWidth: number): Size {
  checkPositive({ height, width, maxHeight, maxWidth });
  const scale = Math.min(maxHeight / height, maxWidth / width);
  return {
    height: Math.min(roundSide(height * scale), maxHeight),
    width: Math.min(roundSide(width * scale), maxWidth),
  };
}

const roundSide = (side: number): number => Math.trunc(side + 0.5);

function checkPositive(sizes: Readonly<Record<string, number>>): void {
  const named = Object.entries(sizes);
  if (named.every(([, size]) => size > 0)) return;
  const found = named.map(([name, size]) => `${name} ${size}`).join(", ");
  throw new SpineXRError("INVALID_ARGUMENT", `Expected positive sizes, found ${found}.`);
}
