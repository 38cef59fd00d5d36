/** The Image Pixel module (DICOM PS3.3 C.7.6.3), checked. */
import { SpineXRError } from "../../api/errors.ts";
import type { ImageLimits } from "../limits.ts";
import type { DataSet } from "./data-set.ts";
import { invalid } from "./element.ts";
import { TAG } from "./tags.ts";

export interface PixelModule {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometric: string;
  /** Samples are stored plane by plane. */
  readonly planar: boolean;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly frames: number;
}

/** Samples per pixel of each photometric interpretation that can become grey. */
const SAMPLES: Readonly<Record<string, number>> = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  "PALETTE COLOR": 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
  YBR_ICT: 3,
  YBR_RCT: 3,
};

/** @throws SpineXRError NO_PIXEL_DATA, INVALID_DICOM, UNSUPPORTED_PIXELS, LIMIT_EXCEEDED */
export function readPixelModule(data: DataSet, limits: ImageLimits): PixelModule {
  if (data.has(TAG.floatPixels) || data.has(TAG.doublePixels))
    throw new SpineXRError(
      "UNSUPPORTED_PIXELS",
      "Floating-point pixel data cannot be read; expected integers.",
    );
  if (!data.has(TAG.pixels))
    throw new SpineXRError(
      "NO_PIXEL_DATA",
      "The DICOM file has no pixel data (7FE0,0010); it is perhaps a report, a reference or a cut-off file.",
    );
  const module = {
    rows: data.word(TAG.rows, "Rows"),
    columns: data.word(TAG.columns, "Columns"),
    samplesPerPixel: data.words(TAG.samplesPerPixel)[0] ?? 1,
    photometric: data.text(TAG.photometric) ?? "",
    planar: data.words(TAG.planarConfiguration)[0] === 1,
    bitsAllocated: bitsAllocated(data),
    bitsStored: data.word(TAG.bitsStored, "Bits Stored"),
    signed: data.word(TAG.pixelRepresentation, "Pixel Representation") === 1,
    frames: frameCount(data),
  };
  const { rows, columns, photometric } = module;
  if (rows === 0 || columns === 0) throw invalid(`the picture has ${rows} rows and ${columns} columns`);
  if (module.bitsStored < 1 || module.bitsStored > module.bitsAllocated)
    throw invalid(`${module.bitsStored} bits are stored in ${module.bitsAllocated} allocated`);
  if (SAMPLES[photometric] === undefined)
    throw new SpineXRError(
      "UNSUPPORTED_PIXELS",
      `Photometric interpretation "${photometric.slice(0, 16)}" cannot be read; expected one of ` +
        `${Object.keys(SAMPLES).join(", ")}.`,
    );
  if (SAMPLES[photometric] !== module.samplesPerPixel)
    throw invalid(
      `${photometric} has ${SAMPLES[photometric]} samples per pixel, found ${module.samplesPerPixel}`,
    );
  if (rows * columns > limits.maxPixels)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `The picture claims ${columns} x ${rows} pixels; at most ${limits.maxPixels} are allowed.`,
    );
  return module;
}

function bitsAllocated(data: DataSet): 8 | 16 | 32 {
  const bits = data.word(TAG.bitsAllocated, "Bits Allocated");
  if (bits === 8 || bits === 16 || bits === 32) return bits;
  throw new SpineXRError("UNSUPPORTED_PIXELS", `Bits Allocated is ${bits}; expected 8, 16 or 32.`);
}

function frameCount(data: DataSet): number {
  const text = data.text(TAG.numberOfFrames);
  if (text === undefined || text === "") return 1;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 2 ** 31)
    throw invalid("Number of Frames is not a count");
  return Math.max(1, count);
}
