/** Header of a JPEG 2000 codestream (ITU-T T.800 annex A; HTJ2K, T.814, has the same) and whether all of it is there. */
import { SpineXRError } from "../../api/errors.ts";
import type { StreamInfo } from "./codec.ts";

const SOC = 0xff4f;
const SIZ = 0xff51;
const SOT = 0xff90;
const EOC = 0xffd9;

/**
 * Reads SIZ and walks over the tile-parts by their lengths: the decoders return pictures of cut-off streams without a
 * word.
 * @throws SpineXRError TRUNCATED_DATA, DECODE_FAILED, UNSUPPORTED_PIXELS
 */
export function readJ2kHeader(bytes: Uint8Array): StreamInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== SOC || view.getUint16(2) !== SIZ)
    throw new SpineXRError(
      "DECODE_FAILED",
      "A JPEG 2000 codestream starts with FF 4F FF 51; this one does not.",
    );
  if (bytes.length < 45) throw cutOff("inside its header");
  const components = view.getUint16(40);
  if (bytes.length < 42 + 3 * components) throw cutOff("inside its header");
  const [endX, endY, x, y] = [8, 12, 16, 20].map((at) => view.getUint32(at));
  const [tileWidth, tileHeight, tileX, tileY] = [24, 28, 32, 36].map((at) => view.getUint32(at));
  const depths = Array.from({ length: components }, (_, i) => view.getUint8(42 + 3 * i));
  const subsampled = depths.some((_, i) => view.getUint16(43 + 3 * i) !== 0x0101);
  if (components === 0 || subsampled || depths.some((depth) => depth !== depths[0]))
    throw new SpineXRError(
      "UNSUPPORTED_PIXELS",
      "JPEG 2000 components of unequal depth or size cannot be read.",
    );
  if (endX <= x || endY <= y || tileWidth === 0 || tileHeight === 0)
    throw damaged("its sizes contradict each other");
  const tiles = Math.ceil((endX - tileX) / tileWidth) * Math.ceil((endY - tileY) / tileHeight);
  requireTiles(view, tiles);
  return {
    width: endX - x,
    height: endY - y,
    components,
    bits: (depths[0] & 0x7f) + 1,
    signed: (depths[0] & 0x80) !== 0,
  };
}

function requireTiles(view: DataView, tiles: number): void {
  const length = view.byteLength;
  let at = 2;
  while (at + 4 <= length && view.getUint16(at) !== SOT) {
    if (view.getUint8(at) !== 0xff) throw damaged(`a marker was expected at byte ${at}`);
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  const seen = new Set<number>();
  while (at + 12 <= length && view.getUint16(at) === SOT) {
    seen.add(view.getUint16(at + 4));
    const size = view.getUint32(at + 6);
    if (size === 0) {
      // The last tile-part runs up to the end marker, which cannot occur inside.
      at = lastEndMarker(view, at);
      break;
    }
    if (size < 14) throw damaged(`the tile-part at byte ${at} has no length`);
    if (at + size > length)
      throw new SpineXRError(
        "TRUNCATED_DATA",
        `The JPEG 2000 stream is cut off: a tile-part needs ${size} bytes at byte ${at}, ${length - at} are left.`,
      );
    at += size;
  }
  if (seen.size < tiles) throw cutOff(`behind ${seen.size} of ${tiles} tiles`);
  const left = length - at;
  // A complete stream whose writer forgot the end marker is complete; anything else behind the tiles is not.
  if (left >= 2 && view.getUint16(at) !== EOC) throw cutOff("before its end marker");
}

function lastEndMarker(view: DataView, from: number): number {
  for (let at = view.byteLength - 2; at > from; at--) if (view.getUint16(at) === EOC) return at;
  throw cutOff("before its end marker");
}

function damaged(what: string): SpineXRError {
  return new SpineXRError("DECODE_FAILED", `The JPEG 2000 stream is damaged: ${what}.`);
}

function cutOff(where: string): SpineXRError {
  return new SpineXRError("TRUNCATED_DATA", `The JPEG 2000 stream is cut off ${where}.`);
}
