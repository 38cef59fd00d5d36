/** A compressed picture to samples: its header is held against the container before anything is allocated. */
import { SpineXRError } from "../../api/errors.ts";
import { type ImageLimits, MAX_PIXELS_PER_BYTE } from "../limits.ts";
import type { CodecName, Decoded, StreamInfo } from "./codec.ts";
import { readJ2kHeader } from "./j2k-header.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { decodeInWorker } from "./worker-pool.ts";

/** What a container says about its picture. */
export interface Expected {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bitsAllocated: number;
}

export interface StreamOptions {
  readonly limits: ImageLimits;
  readonly signal?: AbortSignal;
  /** Absent for a plain picture, which is its own container. */
  readonly expected?: Expected;
}

/** @throws SpineXRError DECODE_FAILED, TRUNCATED_DATA, UNSUPPORTED_PIXELS, LIMIT_EXCEEDED, ABORTED */
export async function decodeStream(
  codec: CodecName,
  bytes: Uint8Array,
  { limits, signal, expected }: StreamOptions,
): Promise<Decoded> {
  const info = readHeader(codec, bytes, expected);
  if (expected !== undefined) compare(codec, info, expected);
  const pixels = info.width * info.height;
  if (pixels > limits.maxPixels)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `The picture claims ${info.width} x ${info.height} pixels; at most ${limits.maxPixels} are allowed.`,
    );
  if (pixels > 2 ** 20 && pixels > bytes.length * MAX_PIXELS_PER_BYTE)
    throw new SpineXRError(
      "TRUNCATED_DATA",
      `${bytes.length} compressed bytes cannot hold ${info.width} x ${info.height} pixels; the file is damaged.`,
    );
  const budgetMs = limits.decodeMs ?? Math.min(20_000, 1000 + (2500 * pixels) / 1e6);
  return decodeInWorker({ codec, bytes, info }, { budgetMs, signal });
}

function readHeader(codec: CodecName, bytes: Uint8Array, expected: Expected | undefined): StreamInfo {
  switch (codec) {
    case "jpeg":
    case "jpeg-ls":
      return plain(readJpegHeader(bytes));
    case "jpeg-2000":
    case "htj2k":
      return readJ2kHeader(bytes);
    case "rle": {
      if (expected === undefined) throw new SpineXRError("INTERNAL", "RLE needs a container.");
      const { width, height, components, bitsAllocated } = expected;
      return { width, height, components, bits: bitsAllocated, signed: false };
    }
  }
}

function plain({ width, height, components, bits, signed }: StreamInfo): StreamInfo {
  return { width, height, components, bits, signed };
}

function compare(codec: CodecName, info: StreamInfo, expected: Expected): void {
  const { width, height, components, bits } = info;
  if (width !== expected.width || height !== expected.height || components !== expected.components)
    throw new SpineXRError(
      "DECODE_FAILED",
      `The ${codec} stream holds ${width} x ${height} pixels of ${components} components, but the file promises ` +
        `${expected.width} x ${expected.height} of ${expected.components}; the file is damaged.`,
    );
  if (bits > expected.bitsAllocated || bits > 32 || (bits > 16 && codec !== "rle"))
    throw new SpineXRError(
      "UNSUPPORTED_PIXELS",
      `The ${codec} stream has ${bits} bits per sample; expected at most ${Math.min(16, expected.bitsAllocated)}.`,
    );
}
