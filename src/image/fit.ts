/** Size rule of detectors (detectron2's ResizeShortestEdge). */
import { SpineXRError } from "../api/errors.ts";

/**
 * The size to which a picture is resized so that its shorter side becomes `short`, unless the longer one would then
 * exceed `max`: scale = short / min(height, width), reduced to max / longer side where needed, sides rounded half up.
 * A side of a very elongated picture may become 0; such a picture cannot be resized.
 * @throws SpineXRError INVALID_ARGUMENT unless all four are positive
 */
export function fitShortestEdge(
  height: number,
  width: number,
  short: number,
  max: number,
): { height: number; width: number } {
  if (!(height > 0 && width > 0 && short > 0 && max > 0))
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected positive sizes, found height ${height}, width ${width}, short ${short}, max ${max}.`,
    );
  const scale = short / Math.min(height, width);
  let [fitHeight, fitWidth] = height < width ? [short, scale * width] : [scale * height, short];
  const longer = Math.max(fitHeight, fitWidth);
  if (longer > max) {
    fitHeight *= max / longer;
    fitWidth *= max / longer;
  }
  return { height: Math.trunc(fitHeight + 0.5), width: Math.trunc(fitWidth + 0.5) };
}
