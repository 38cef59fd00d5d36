/** What a format reader hands over: a Radiograph without what is measured about it. */
import type { Radiograph } from "./radiograph.ts";

export type Picture = Omit<Radiograph, "sha256" | "decodeStart" | "decodeMs">;

/** A picture that is not DICOM: unsigned, not inverted, one frame, no VOI transformation. */
export function plainPicture(
  format: Picture["format"],
  picture: Pick<Picture, "width" | "height" | "samples" | "bitsStored"> & Partial<Picture>,
): Picture {
  return {
    format,
    signed: false,
    monochrome1: false,
    voi: { kind: "none" },
    frame: 0,
    frameCount: 1,
    source: {},
    warnings: [],
    ...picture,
  };
}
