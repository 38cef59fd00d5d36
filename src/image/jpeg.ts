/** A plain JPEG picture through the same codecs as DICOM's. */
import { SpineXRError } from "../api/errors.ts";
import { bytesPerSample } from "./codecs/codec.ts";
import { decodeStream } from "./codecs/stream.ts";
import { rgbToGrey } from "./grey.ts";
import type { ImageLimits } from "./limits.ts";
import { type Picture, plainPicture } from "./picture.ts";
import { samplesFromBytes } from "./samples.ts";

/** @throws SpineXRError INVALID_JPEG, TRUNCATED_DATA, UNSUPPORTED_PIXELS, LIMIT_EXCEEDED, ABORTED */
export async function readJpeg(
  bytes: Uint8Array,
  limits: ImageLimits,
  signal?: AbortSignal,
): Promise<Picture> {
  const { width, height, components, bits, planar, ...decoded } = await decodeStream("jpeg", bytes, {
    limits,
    signal,
  }).catch((error) => {
    if (!(error instanceof SpineXRError) || error.code !== "DECODE_FAILED") throw error;
    throw new SpineXRError("INVALID_JPEG", error.message, { cause: error });
  });
  const bitsAllocated = bytesPerSample(bits) === 1 ? 8 : 16;
  const samples = samplesFromBytes(decoded.bytes, { bitsAllocated, signed: false, littleEndian: true });
  const layout = { channels: components, planar };
  if (components === 1) return plainPicture("jpeg", { width, height, samples, bitsStored: bits });
  if (components === 3)
    return plainPicture("jpeg", {
      width,
      height,
      samples: rgbToGrey(samples, layout),
      bitsStored: bits,
      warnings: ["Colour was converted to grey by luma."],
    });
  throw new SpineXRError(
    "UNSUPPORTED_PIXELS",
    `JPEG with ${components} components cannot be read; expected 1 or 3.`,
  );
}
