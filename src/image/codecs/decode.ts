/** The codec of each name; runs in the worker. */
import { SpineXRError } from "../../api/errors.ts";
import type { Decoded, DecodeJob } from "./codec.ts";
import { CHARLS, decodeWith, LIBJPEG_TURBO, OPENJPEG, OPENJPH } from "./cornerstone.ts";
import { decodeJpegDct } from "./jpeg-dct.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { decodeJpegLossless } from "./jpeg-lossless.ts";
import { decodeRle } from "./rle.ts";

/** @throws SpineXRError DECODE_FAILED, TRUNCATED_DATA, UNSUPPORTED_PIXELS */
export async function decode({ codec, bytes, info }: DecodeJob): Promise<Decoded> {
  switch (codec) {
    case "rle":
      return decodeRle(bytes, info);
    case "jpeg":
      return decodeJpeg(bytes);
    case "jpeg-ls":
      return decodeWith(CHARLS, bytes, info);
    case "jpeg-2000":
      return decodeWith(OPENJPEG, bytes, info);
    case "htj2k":
      return decodeWith(OPENJPH, bytes, info);
  }
}

/** What a JPEG stream is, its frame header says, not its transfer syntax. */
async function decodeJpeg(bytes: Uint8Array): Promise<Decoded> {
  const header = readJpegHeader(bytes);
  const { frameType, bits } = header;
  if (frameType === 0xc3 && bits >= 2 && bits <= 16) return decodeJpegLossless(bytes, header);
  if (frameType <= 0xc2 && bits === 8) return decodeWith(LIBJPEG_TURBO, bytes, header);
  if (frameType <= 0xc1 && bits === 12) return decodeJpegDct(bytes, header);
  throw new SpineXRError(
    "UNSUPPORTED_PIXELS",
    `JPEG with frame type FF${frameType.toString(16).toUpperCase()} and ${bits} bits cannot be read; expected ` +
      "baseline, extended or progressive with 8 bits, extended with 12, or lossless with 2 to 16.",
  );
}
