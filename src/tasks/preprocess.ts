/** A Radiograph to what a classifier eats, on the shared core: the same bytes in Node and in WebAssembly. */
import type { GrayImage, ImageCore } from "../backends/core.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { ModelInput } from "../package/manifest.ts";

export interface DisplayImage extends GrayImage {
  readonly conversion: Conversion;
}

/**
 * How stored samples became 8-bit grey: "voi" (VOI transformation, inversion, min-max stretch), "fallback" (the
 * reference's way where that fails) or "none" (an 8-bit PNG, JPEG or raw picture is a display picture already).
 */
export type Conversion = "voi" | "fallback" | "none";

/** The reference's 8-bit picture, at the size of the original. */
export async function toDisplay(core: ImageCore, radiograph: Radiograph): Promise<DisplayImage> {
  const { format, samples, height, width, bitsStored, signed, monochrome1, voi } = radiograph;
  if (format !== "dicom" && samples instanceof Uint8Array && bitsStored === 8 && !monochrome1)
    return { pixels: samples, height, width, conversion: "none" };
  return core.display({ samples, height, width, bitsStored, signed, monochrome1, voi });
}

/** f32 [1, 3, height, width]: stretched to the model's size, minus mean, divided by std, planes in the model's colour order. */
export async function toClassifierInput(
  core: ImageCore,
  display: GrayImage,
  input: ModelInput,
): Promise<{ dims: [number, number, number, number]; data: Float32Array }> {
  const { height, width, mean, std } = input;
  const resized = await core.resize(display, height, width);
  const data = await core.normalize(resized, { mean, std, paddedHeight: height, paddedWidth: width });
  return { dims: [1, 3, height, width], data };
}
