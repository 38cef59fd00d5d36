/** Bytes of a DICOM, PNG or JPEG file, or raw samples, to a Radiograph. */
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import { readDicom } from "./dicom/read-dicom.ts";
import { readJpeg } from "./jpeg.ts";
import { DEFAULT_LIMITS, type ImageLimits } from "./limits.ts";
import type { Picture } from "./picture.ts";
import { readPng } from "./png.ts";
import type { Radiograph } from "./radiograph.ts";
import { type RawFormat, readRaw } from "./raw.ts";
import { hashSamples } from "./samples.ts";
import { type FileFormat, sniffFormat } from "./sniff.ts";

export type { RawFormat } from "./raw.ts";

export interface ReadOptions {
  /** 0-based frame of a multi-frame file. Default 0. */
  readonly frame?: number;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<ImageLimits>;
  /** What the bytes are; default: found out by content. */
  readonly format?: FileFormat;
  /** The bytes are bare samples of this format. */
  readonly raw?: RawFormat;
}

/**
 * Decodes to stored samples; nothing is windowed yet. Compressed pixels are decoded in a worker with a time budget.
 * Node: yes.
 * @throws SpineXRError with the code that says what is wrong: UNSUPPORTED_FORMAT, INVALID_DICOM, INVALID_PNG,
 * INVALID_JPEG, NO_PIXEL_DATA, UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXELS, TRUNCATED_DATA, LIMIT_EXCEEDED,
 * DECODE_FAILED, INVALID_ARGUMENT (frame, raw), ABORTED
 */
export async function readRadiograph(bytes: Uint8Array, options: ReadOptions = {}): Promise<Radiograph> {
  const start = performance.now();
  throwIfAborted(options.signal);
  const frame = options.frame ?? 0;
  if (!Number.isInteger(frame) || frame < 0)
    throw new SpineXRError("INVALID_ARGUMENT", `Expected a frame number from 0 on, found ${frame}.`);
  const picture = await readPicture(bytes, frame, options);
  throwIfAborted(options.signal);
  if (frame >= picture.frameCount)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Frame ${frame} was asked for; the ${picture.format} picture has one frame, 0.`,
    );
  const sha256 = await hashSamples(picture.samples);
  return { ...picture, sha256, decodeStart: start, decodeMs: performance.now() - start };
}

async function readPicture(bytes: Uint8Array, frame: number, options: ReadOptions): Promise<Picture> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { raw, signal } = options;
  if (raw !== undefined) return readRaw(bytes, raw, limits);
  switch (options.format ?? sniffFormat(bytes)) {
    case "dicom":
      return readDicom(bytes, { frame, limits, signal });
    case "png":
      return readPng(bytes, limits);
    case "jpeg":
      return readJpeg(bytes, limits, signal);
  }
}
