/** From a grey picture to what a detector eats. */
import type { TensorInput } from "../api/tensor.ts";
import type { GrayImage, ImageCore } from "../backends/core.ts";
import { fitInside, fitShortestEdge, type Size } from "../image/fit.ts";
import type { DetectorInput, DetectorResize } from "../package/manifest.ts";

export interface DetectorSize extends Size {
  readonly paddedHeight: number;
  readonly paddedWidth: number;
}

/**
 * The size of the resized picture, at least 1 x 1 however elongated the original is, and of the network's input, which
 * it fills from the top left corner.
 */
export function inputSize(resize: DetectorResize, { height, width }: Size): DetectorSize {
  if (resize.rule === "shortest-edge") {
    const size = visible(fitShortestEdge(height, width, resize.shortestEdge, resize.longestEdge));
    const padded = (side: number): number => Math.ceil(side / resize.padMultiple) * resize.padMultiple;
    return { ...size, paddedHeight: padded(size.height), paddedWidth: padded(size.width) };
  }
  const size = resize.rule === "fit" ? fitInside(height, width, resize.height, resize.width) : resize;
  return { ...visible(size), paddedHeight: resize.height, paddedWidth: resize.width };
}

const visible = ({ height, width }: Size): Size => ({
  height: Math.max(1, height),
  width: Math.max(1, width),
});

/** f32 [1, 3, paddedHeight, paddedWidth]: resized, minus mean, divided by std, zeros right and below. */
export async function toDetectorInput(
  core: ImageCore,
  display: GrayImage,
  { resize, mean, std }: DetectorInput,
): Promise<{ tensor: TensorInput; size: Size }> {
  const { height, width, paddedHeight, paddedWidth } = inputSize(resize, display);
  const resized = await core.resize(display, height, width);
  const data = await core.normalize(resized, { mean, std, paddedHeight, paddedWidth });
  return { tensor: { dims: [1, 3, paddedHeight, paddedWidth], data }, size: { height, width } };
}
