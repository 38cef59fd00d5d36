/** Bare samples whose meaning the caller supplies. */
import { SpineXRError } from "../api/errors.ts";
import { rgbToGrey } from "./grey.ts";
import type { ImageLimits } from "./limits.ts";
import { type Picture, plainPicture } from "./picture.ts";
import { sampleRange, samplesFromBytes, signExtend } from "./samples.ts";

/** Row-major samples, channels interleaved. */
export interface RawFormat {
  readonly width: number;
  readonly height: number;
  /** Bits that count, 1 to 16; a sample takes one byte up to 8, else two. */
  readonly bits: number;
  /** Two's complement in the low `bits`. Default false. */
  readonly signed?: boolean;
  /** 1 grey, 3 RGB, 4 RGBA (alpha is ignored). Default 1. */
  readonly channels?: 1 | 3 | 4;
  /** Low values are bright. Default false. */
  readonly monochrome1?: boolean;
  /** Default true. */
  readonly littleEndian?: boolean;
}

const KEYS = ["width", "height", "bits", "signed", "channels", "monochrome1", "littleEndian"];

/** @throws SpineXRError INVALID_ARGUMENT, TRUNCATED_DATA, LIMIT_EXCEEDED */
export function readRaw(bytes: Uint8Array, format: RawFormat, limits: ImageLimits): Picture {
  const {
    width,
    height,
    bits,
    signed = false,
    channels = 1,
    monochrome1 = false,
    littleEndian = true,
  } = format;
  const unknown = Object.keys(format).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw invalid(`has no option "${unknown}"; expected one of ${KEYS.join(", ")}`);
  if (!isCount(width) || !isCount(height))
    throw invalid(`needs positive whole sides, found ${width} x ${height}`);
  if (!isCount(bits) || bits > 16) throw invalid(`needs 1 to 16 bits, found ${bits}`);
  if (![1, 3, 4].includes(channels)) throw invalid(`needs 1, 3 or 4 channels, found ${channels}`);
  if (signed && channels !== 1) throw invalid("cannot have signed colour");
  if (width * height > limits.maxPixels)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `The picture claims ${width} x ${height} pixels; at most ${limits.maxPixels} are allowed.`,
    );
  const bitsAllocated = bits <= 8 ? 8 : 16;
  const expected = width * height * channels * (bitsAllocated / 8);
  if (bytes.length !== expected)
    throw new SpineXRError(
      bytes.length < expected ? "TRUNCATED_DATA" : "INVALID_ARGUMENT",
      `${width} x ${height} x ${channels} samples of ${bitsAllocated} bits take ${expected} bytes, found ${bytes.length}.`,
    );
  const stored = samplesFromBytes(bytes, { bitsAllocated, signed: false, littleEndian });
  const grey = channels === 1 ? stored : rgbToGrey(stored, { channels, planar: false });
  const samples = signed ? signExtend(grey, bits) : grey;
  if (!signed && sampleRange(samples).max >= 2 ** bits)
    throw invalid(`says ${bits} bits, but a sample is ${sampleRange(samples).max}`);
  return plainPicture("raw", { width, height, samples, bitsStored: bits, signed, monochrome1 });
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function invalid(what: string): SpineXRError {
  return new SpineXRError("INVALID_ARGUMENT", `The raw format ${what}.`);
}
