/** Markers of JPEG (ITU-T T.81) and JPEG-LS (T.87) streams up to the first scan. */
import { SpineXRError } from "../../api/errors.ts";
import type { StreamInfo } from "./codec.ts";

export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantTable: number;
}

export interface JpegHeader extends StreamInfo {
  /** Low byte of the SOF marker: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, 0xC3 lossless, 0xF7 JPEG-LS. */
  readonly frameType: number;
  readonly frame: readonly JpegComponent[];
  /** Byte offset of the first marker behind SOI. */
  readonly start: number;
}

const SOI = 0xd8;
const SOS = 0xda;
const EOI = 0xd9;

/**
 * Reads the frame header and sees that the stream has an end: decoders fill up what is missing without a word.
 * @throws SpineXRError TRUNCATED_DATA, DECODE_FAILED
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI)
    throw new SpineXRError("DECODE_FAILED", "A JPEG stream starts with FF D8; this one does not.");
  let header: JpegHeader | null = null;
  for (const { marker, start, end } of segments(bytes, 2)) {
    if (isFrame(marker)) header = readFrame(bytes, marker, start, end);
    if (marker !== SOS) continue;
    if (header === null) throw damaged("a scan comes before the frame header");
    requireEnd(bytes, end);
    return header;
  }
  throw cutOff("before its first scan");
}

export interface Segment {
  readonly marker: number;
  /** Content behind the length field. */
  readonly start: number;
  readonly end: number;
}

/** Marker segments from `at` on, up to and including SOS. */
export function* segments(bytes: Uint8Array, at: number): Generator<Segment> {
  let position = at;
  for (;;) {
    while (bytes[position] === 0xff && bytes[position + 1] === 0xff) position++;
    if (position + 4 > bytes.length) throw cutOff("inside its headers");
    if (bytes[position] !== 0xff) throw damaged(`a marker was expected at byte ${position}`);
    const marker = bytes[position + 1];
    if (marker === EOI) throw damaged("it ends without a scan");
    const length = bytes[position + 2] * 256 + bytes[position + 3];
    const end = position + 2 + length;
    if (length < 2) throw damaged(`the segment at byte ${position} has no length`);
    if (end > bytes.length) throw cutOff("inside its headers");
    yield { marker, start: position + 4, end };
    if (marker === SOS) return;
    position = end;
  }
}

function isFrame(marker: number): boolean {
  if (marker === 0xf7) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(bytes: Uint8Array, marker: number, start: number, end: number): JpegHeader {
  const components = bytes[start + 5];
  if (end - start < 6 || end - start < 6 + 3 * components) throw damaged("its frame header is too short");
  return {
    frameType: marker,
    bits: bytes[start],
    height: bytes[start + 1] * 256 + bytes[start + 2],
    width: bytes[start + 3] * 256 + bytes[start + 4],
    components,
    signed: false,
    frame: Array.from({ length: components }, (_, i) => {
      const at = start + 6 + 3 * i;
      return {
        id: bytes[at],
        horizontal: bytes[at + 1] >> 4,
        vertical: bytes[at + 1] & 15,
        quantTable: bytes[at + 2],
      };
    }),
    start: 2,
  };
}

/** FF D9 cannot occur inside entropy-coded data of either standard. */
function requireEnd(bytes: Uint8Array, from: number): void {
  for (let at = bytes.length - 2; at >= from; at--) if (bytes[at] === 0xff && bytes[at + 1] === EOI) return;
  throw cutOff("before its end-of-image marker");
}

export function damaged(what: string): SpineXRError {
  return new SpineXRError("DECODE_FAILED", `The JPEG stream is damaged: ${what}.`);
}

export function cutOff(where: string): SpineXRError {
  return new SpineXRError("TRUNCATED_DATA", `The JPEG stream is cut off ${where}.`);
}
