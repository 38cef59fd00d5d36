/** A DICOM file to grey samples and what they mean. */
import { SpineXRError, throwIfAborted } from "../../api/errors.ts";
import type { Samples } from "../../backends/core.ts";
import { bytesPerSample } from "../codecs/codec.ts";
import { decodeStream } from "../codecs/stream.ts";
import { channel, rgbToGrey } from "../grey.ts";
import type { ImageLimits } from "../limits.ts";
import type { Picture } from "../picture.ts";
import { sampleRange, samplesFromBytes, signExtend } from "../samples.ts";
import type { DataSet } from "./data-set.ts";
import { frameBytes } from "./frames.ts";
import { openDicom } from "./open.ts";
import { paletteToGrey } from "./palette.ts";
import { type PixelModule, readPixelModule } from "./pixel-module.ts";
import { TAG } from "./tags.ts";
import type { TransferSyntax } from "./transfer-syntax.ts";
import { readVoi } from "./voi.ts";

export interface DicomOptions {
  readonly frame: number;
  readonly limits: ImageLimits;
  readonly signal?: AbortSignal;
}

interface Stored {
  readonly samples: Samples;
  readonly planar: boolean;
  /** Three components are RGB whatever the photometric interpretation says: the codec has converted them. */
  readonly rgb: boolean;
}

/**
 * @throws SpineXRError INVALID_DICOM, NO_PIXEL_DATA, UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXELS, TRUNCATED_DATA,
 * LIMIT_EXCEEDED, DECODE_FAILED, INVALID_ARGUMENT (no such frame), ABORTED
 */
export async function readDicom(bytes: Uint8Array, options: DicomOptions): Promise<Picture> {
  const { dataSet, syntax, warnings } = openDicom(bytes, options.limits);
  throwIfAborted(options.signal);
  const pixels = readPixelModule(dataSet, options.limits);
  const { frame } = options;
  if (frame >= pixels.frames)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Frame ${frame} was asked for; the file has frames 0 to ${pixels.frames - 1}.`,
    );
  const stored = await readStored(frameBytes(dataSet, pixels, syntax, frame), pixels, syntax, options);
  const grey = toGrey(dataSet, pixels, stored);
  const monochrome = pixels.photometric.startsWith("MONOCHROME");
  return {
    format: "dicom",
    width: pixels.columns,
    height: pixels.rows,
    samples: grey.samples,
    bitsStored: grey.bits,
    signed: pixels.signed && monochrome,
    monochrome1: pixels.photometric === "MONOCHROME1",
    voi: monochrome ? readVoi(dataSet, pixels) : { kind: "none" },
    frame,
    frameCount: pixels.frames,
    source: describe(dataSet, pixels, syntax),
    warnings: [...warnings, ...pixelWarnings(pixels, grey.samples)],
  };
}

async function readStored(
  bytes: Uint8Array,
  pixels: PixelModule,
  syntax: TransferSyntax,
  { limits, signal }: DicomOptions,
): Promise<Stored> {
  const { signed, bitsAllocated, planar } = pixels;
  const { codec, littleEndian } = syntax;
  if (codec === "none")
    return { samples: samplesFromBytes(bytes, { bitsAllocated, signed, littleEndian }), planar, rgb: false };
  const { columns: width, rows: height, samplesPerPixel: components } = pixels;
  const decoded = await decodeStream(codec, bytes, {
    limits,
    signal,
    expected: { width, height, components, bitsAllocated },
  });
  if (decoded.signed && !signed)
    throw new SpineXRError(
      "DECODE_FAILED",
      `The ${codec} stream is signed, the file says unsigned; it is damaged.`,
    );
  const storage = (8 * bytesPerSample(decoded.bits)) as 8 | 16 | 32;
  const raw = samplesFromBytes(decoded.bytes, {
    bitsAllocated: storage,
    signed: codec === "rle" ? signed : decoded.signed,
    littleEndian: true,
  });
  // Unsigned streams carry signed pixels as their low bits.
  const samples = signed && !decoded.signed && codec !== "rle" ? signExtend(raw, decoded.bits) : raw;
  return { samples, planar: decoded.planar, rgb: codec === "jpeg" && decoded.bits === 8 };
}

function toGrey(data: DataSet, pixels: PixelModule, stored: Stored): { samples: Samples; bits: number } {
  const { photometric, samplesPerPixel, signed, bitsStored: bits } = pixels;
  if (photometric === "PALETTE COLOR") return paletteToGrey(data, stored.samples, signed);
  const { samples } = stored;
  if (samplesPerPixel === 1) {
    if (pixels.bitsAllocated === 32 && !signed && sampleRange(samples).min < 0)
      throw new SpineXRError("UNSUPPORTED_PIXELS", "Samples of 2^31 and more cannot be read.");
    return { samples, bits };
  }
  if (signed) throw new SpineXRError("UNSUPPORTED_PIXELS", "Signed colour samples cannot be read.");
  const layout = { channels: samplesPerPixel, planar: stored.planar };
  if (stored.rgb || !photometric.startsWith("YBR_FULL")) return { samples: rgbToGrey(samples, layout), bits };
  if (photometric === "YBR_FULL_422" && samples.length === 2 * pixels.rows * pixels.columns)
    return { samples: lumaOf422(samples), bits };
  return { samples: channel(samples, layout, 0), bits };
}

/** Y Y Cb Cr for every two pixels (PS3.3 C.7.6.3.1.2). */
function lumaOf422(samples: Samples): Samples {
  const grey = samples.slice(0, samples.length / 2);
  for (let i = 0; i < grey.length; i++) grey[i] = samples[4 * (i >> 1) + (i & 1)];
  return grey;
}

function pixelWarnings(pixels: PixelModule, samples: Samples): string[] {
  if (pixels.samplesPerPixel > 1) return [`Colour (${pixels.photometric}) was converted to grey by luma.`];
  if (pixels.photometric === "PALETTE COLOR") return ["A colour palette was converted to grey by luma."];
  const { min, max } = sampleRange(samples);
  const high = 2 ** (pixels.bitsStored - (pixels.signed ? 1 : 0)) - 1;
  const low = pixels.signed ? -(2 ** (pixels.bitsStored - 1)) : 0;
  const warnings = [];
  if (min < low || max > high)
    warnings.push(
      `Samples run from ${min} to ${max}, beyond the ${pixels.bitsStored} bits that the file says are stored.`,
    );
  if (pixels.signed && max - min >= 2 ** (8 * samples.BYTES_PER_ELEMENT - 1))
    warnings.push(
      "Signed samples span more than half of their type, where the reference implementation overflows; " +
        "exact differences are used.",
    );
  return warnings;
}

function describe(data: DataSet, { photometric }: PixelModule, { uid }: TransferSyntax): Picture["source"] {
  const spacing = [TAG.pixelSpacing, TAG.imagerPixelSpacing]
    .map((tag) => data.decimals(tag))
    .find((values) => values.length === 2 && values.every((value) => value > 0));
  const text = (tag: number) => data.text(tag) || undefined;
  return {
    transferSyntax: uid,
    photometric,
    ...optional("modality", text(TAG.modality)),
    ...optional("bodyPart", text(TAG.bodyPart)),
    ...optional("viewPosition", text(TAG.viewPosition)),
    ...optional("pixelSpacing", spacing as [number, number] | undefined),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
