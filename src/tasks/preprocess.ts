/** A Radiograph as pictures, on the shared core: the same bytes in Node and in WebAssembly. */
import { SpineXRError } from "../api/errors.ts";
import type { CoreConversion, DisplayRequest, GrayImage, ImageCore } from "../backends/core.ts";
import type { Radiograph } from "../image/radiograph.ts";

export interface DisplayImage extends GrayImage {
  readonly conversion: Conversion;
}

/**
 * How stored samples became 8-bit grey: "voi" (VOI transformation, inversion, min-max stretch), "fallback" (the
 * reference's way where that fails) or "none" (an 8-bit PNG, JPEG or raw picture is a display picture already).
 */
export type Conversion = CoreConversion;

/** What the core is to make grey; an 8-bit picture that is no DICOM is grey already. */
export function toPicture(radiograph: Radiograph): DisplayRequest | GrayImage {
  const { format, samples, height, width, bitsStored, signed, monochrome1, voi } = radiograph;
  if (format !== "dicom" && samples instanceof Uint8Array && bitsStored === 8 && !monochrome1)
    return { pixels: samples, height, width };
  return { samples, height, width, bitsStored, signed, monochrome1, voi };
}

/** The reference's 8-bit picture, at the size of the original. */
export async function toDisplay(core: ImageCore, radiograph: Radiograph): Promise<DisplayImage> {
  const picture = toPicture(radiograph);
  return "pixels" in picture ? { ...picture, conversion: "none" } : core.display(picture);
}

/**
 * The pixels from column x0 up to but not x1 and row y0 up to but not y1.
 * @throws SpineXRError INVALID_ARGUMENT unless these are whole numbers, x0 < x1, y0 < y1, inside the picture
 */
export function cutOut(
  { pixels, height, width }: GrayImage,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
): GrayImage {
  const inside = x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1 && x1 <= width && y1 <= height;
  if (!inside || ![x0, y0, x1, y1].every(Number.isInteger))
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected a part inside the picture of ${width} x ${height} pixels as x0, y0, x1, y1, found ${[x0, y0, x1, y1].join(", ")}.`,
    );
  const part = new Uint8Array((x1 - x0) * (y1 - y0));
  for (let y = y0; y < y1; y++)
    part.set(pixels.subarray(y * width + x0, y * width + x1), (y - y0) * (x1 - x0));
  return { pixels: part, height: y1 - y0, width: x1 - x0 };
}
