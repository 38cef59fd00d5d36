/** The size at which a detector looks at a picture. */
import type { ImageInput } from "../backends/core.ts";
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

/** The picture resized by the rule, minus mean, divided by std, zeros right and below. */
export const detectorInput = ({ resize, mean, std }: DetectorInput, original: Size): ImageInput => ({
  ...inputSize(resize, original),
  mean,
  std,
});
