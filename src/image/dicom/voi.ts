/** What the data set says about the value-of-interest transformation, as the reference conversion reads it. */
import type { Voi } from "../../backends/core.ts";
import type { DataSet } from "./data-set.ts";
import type { PixelModule } from "./pixel-module.ts";
import { TAG } from "./tags.ts";

type WindowVoi = Extract<Voi, { kind: "window" }>;

const FUNCTIONS: readonly string[] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];

/** A depth that no LUT has: the core then takes the reference's fallback. */
const UNUSABLE_LUT: Voi = { kind: "lut", first: 0, bits: 0, entries: new Uint16Array(1) };

/** Item 0 of the VOI LUT Sequence when it is complete; else the first window when both its values are there; else none. */
export function readVoi(data: DataSet, pixels: PixelModule): Voi {
  return readLut(data, pixels) ?? readWindow(data, pixels) ?? { kind: "none" };
}

function readLut(data: DataSet, pixels: PixelModule): Voi | null {
  const item = data.firstItem(TAG.voiLut);
  const descriptor = item?.words(TAG.lutDescriptor) ?? [];
  const entries = item?.words(TAG.lutData) ?? [];
  if (item === undefined || descriptor.length === 0 || entries.length === 0) return null;
  const count = descriptor[0] || 65536;
  // The reference raises where the table is shorter than it claims, or deeper than 16 bits.
  if (descriptor.length < 3 || entries.length < count || descriptor[2] > 16) return UNUSABLE_LUT;
  const signed = pixels.signed || item.element(TAG.lutDescriptor)?.vr === "SS";
  const first = signed ? (descriptor[1] << 16) >> 16 : descriptor[1];
  return { kind: "lut", first, bits: descriptor[2], entries: Uint16Array.from(entries.slice(0, count)) };
}

function readWindow(data: DataSet, pixels: PixelModule): Voi | null {
  const center = data.decimals(TAG.windowCenter)[0];
  const width = data.decimals(TAG.windowWidth)[0];
  if (center === undefined || width === undefined) return null;
  const text = data.has(TAG.voiFunction) ? (data.text(TAG.voiFunction) ?? "").toUpperCase() : "LINEAR";
  const known = FUNCTIONS.includes(text);
  return {
    kind: "window",
    function: known ? (text as WindowVoi["function"]) : "UNKNOWN",
    center,
    width,
    rescale: readRescale(data, pixels),
  };
}

/**
 * The affine map from the stored range (of Bits Stored and Pixel Representation) to the window's output range. That is
 * rescale slope and intercept, behind the unsigned range of the Modality LUT where there is one.
 */
function readRescale(data: DataSet, pixels: PixelModule): WindowVoi["rescale"] {
  const slope = data.decimals(TAG.rescaleSlope)[0];
  const intercept = data.decimals(TAG.rescaleIntercept)[0];
  const rescale = slope === undefined || intercept === undefined ? null : { slope, intercept };
  const lutBits = data.firstItem(TAG.modalityLut)?.words(TAG.lutDescriptor)[2];
  if (lutBits === undefined) return rescale;
  const factor = (2 ** lutBits - 1) / (2 ** pixels.bitsStored - 1);
  const offset = pixels.signed ? 2 ** (pixels.bitsStored - 1) * factor : 0;
  if (rescale === null) return { slope: factor, intercept: offset };
  return { slope: factor * rescale.slope, intercept: offset * rescale.slope + rescale.intercept };
}
