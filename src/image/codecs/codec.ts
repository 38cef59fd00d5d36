/** What crosses between the reader and the codecs in their worker. */
import type { ErrorCode } from "../../api/errors.ts";

export const CODEC_NAMES = ["rle", "jpeg", "jpeg-ls", "jpeg-2000", "htj2k"] as const;
export type CodecName = (typeof CODEC_NAMES)[number];

/** What a compressed stream's own header says. RLE has none: there it repeats the container. */
export interface StreamInfo {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bits per sample, 1 to 16 (RLE: bits allocated, up to 32). */
  readonly bits: number;
  readonly signed: boolean;
}

export interface Decoded extends StreamInfo {
  /** Plane by plane instead of pixel by pixel. */
  readonly planar: boolean;
  /** Little endian, 1 byte per sample up to 8 bits, 2 up to 16, else 4. */
  readonly bytes: Uint8Array;
}

/** A job for the worker. `info` was checked against the container before. */
export interface DecodeJob {
  readonly codec: CodecName;
  readonly bytes: Uint8Array;
  readonly info: StreamInfo;
}

export type DecodeAnswer =
  | { readonly ok: true; readonly decoded: Decoded }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
    };

export function bytesPerSample(bits: number): 1 | 2 | 4 {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}
