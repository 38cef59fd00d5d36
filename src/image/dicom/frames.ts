/** The bytes of one frame: a slice of native pixel data, or the fragments of encapsulated pixel data (PS3.5 annex A.4). */
import { SpineXRError } from "../../api/errors.ts";
import type { DataSet } from "./data-set.ts";
import { type Element, invalid, readElement, truncated, UNDEFINED_LENGTH } from "./element.ts";
import type { PixelModule } from "./pixel-module.ts";
import { TAG } from "./tags.ts";
import type { TransferSyntax } from "./transfer-syntax.ts";

interface Fragment {
  /** Byte offset of the item's header behind the offset table: what offset tables count from. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** More fragments than this are refused before they are listed. */
const MAX_FRAGMENTS = 2 ** 20;

/** Bytes of one uncompressed frame. */
export function nativeFrameBytes(pixels: PixelModule): number {
  const samples = pixels.photometric === "YBR_FULL_422" ? 2 : pixels.samplesPerPixel;
  return pixels.rows * pixels.columns * samples * (pixels.bitsAllocated / 8);
}

/** @throws SpineXRError TRUNCATED_DATA when the frame is not all there, INVALID_DICOM */
export function frameBytes(
  data: DataSet,
  pixels: PixelModule,
  syntax: TransferSyntax,
  frame: number,
): Uint8Array {
  const element = data.element(TAG.pixels) as Element;
  const encapsulated = element.length === UNDEFINED_LENGTH;
  if (encapsulated !== syntax.encapsulated)
    throw invalid(
      `pixel data ${encapsulated ? "is" : "is not"} encapsulated, which contradicts transfer syntax ${syntax.uid}`,
    );
  if (encapsulated) {
    const bytes = encapsulatedFrame(data, element, pixels, frame);
    return syntax.codec === "none" ? nativeFrame(bytes, element.start, pixels, 0) : bytes;
  }
  return nativeFrame(data.bytes(element), element.start, pixels, frame);
}

function nativeFrame(bytes: Uint8Array, start: number, pixels: PixelModule, frame: number): Uint8Array {
  const size = nativeFrameBytes(pixels);
  if ((frame + 1) * size > bytes.length)
    throw truncated(
      `Frame ${frame} (${pixels.columns} x ${pixels.rows}, ${pixels.bitsAllocated} bits, ` +
        `${pixels.samplesPerPixel} samples per pixel)`,
      size,
      bytes.length - frame * size,
      start + frame * size,
    );
  return bytes.subarray(frame * size, (frame + 1) * size);
}

function encapsulatedFrame(data: DataSet, element: Element, pixels: PixelModule, frame: number): Uint8Array {
  const { table, fragments } = readFragments(data, element);
  if (fragments.length === 0)
    throw new SpineXRError("NO_PIXEL_DATA", "The encapsulated pixel data has no fragments.");
  const starts = frameStarts(data, pixels.frames, table, fragments);
  const first = starts[frame];
  const end = frame + 1 < starts.length ? starts[frame + 1] : fragments.length;
  if (first === undefined) throw truncated(`Frame ${frame} of ${pixels.frames}`, 1, 0, data.range.end);
  if (first < 0 || end <= first) throw invalid(`the offset table does not lead to frame ${frame}`);
  const parts = fragments.slice(first, end).map((fragment) => fragment.bytes);
  if (parts.length === 1) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function readFragments(data: DataSet, element: Element): { table: number[]; fragments: Fragment[] } {
  const { range, encoding } = data;
  const fragments: Fragment[] = [];
  let table: number[] | null = null;
  let base = 0;
  let at = element.start;
  while (at < range.end) {
    const item = readElement(range, at, encoding);
    if (item.tag === TAG.sequenceEnd) break;
    if (item.tag !== TAG.item || item.length === UNDEFINED_LENGTH)
      throw invalid("encapsulated pixel data holds something that is not a fragment", at);
    if (table === null) {
      table = offsetTable(data, item);
      base = item.start + item.length;
    } else {
      fragments.push({ offset: at - base, bytes: data.bytes(item) });
      if (fragments.length > MAX_FRAGMENTS)
        throw new SpineXRError("LIMIT_EXCEEDED", `Pixel data has more than ${MAX_FRAGMENTS} fragments.`);
    }
    at = item.start + item.length;
  }
  return { table: table ?? [], fragments };
}

function offsetTable(data: DataSet, item: Element): number[] {
  return Array.from({ length: item.length >> 2 }, (_, i) =>
    data.range.view.getUint32(item.start + 4 * i, data.encoding.littleEndian),
  );
}

/** Index of the first fragment of every frame; -1 where a table leads nowhere. */
function frameStarts(
  data: DataSet,
  frames: number,
  basic: readonly number[],
  fragments: readonly Fragment[],
): number[] {
  if (frames === 1) return [0];
  const extended = extendedOffsets(data);
  const table = extended.length > 0 ? extended : basic;
  if (table.length > 0) {
    const index = new Map(fragments.map((fragment, i) => [fragment.offset, i]));
    return table.map((offset) => index.get(offset) ?? -1);
  }
  if (fragments.length === frames) return fragments.map((_, i) => i);
  // Without a table a frame starts where a compressed stream does: SOI (JPEG, JPEG-LS) or SOC (JPEG 2000).
  const starts = fragments.flatMap(({ bytes }, i) =>
    bytes[0] === 0xff && (bytes[1] === 0xd8 || bytes[1] === 0x4f) ? [i] : [],
  );
  if (starts.length !== frames)
    throw invalid(`${fragments.length} fragments cannot be told apart into ${frames} frames`);
  return starts;
}

function extendedOffsets(data: DataSet): number[] {
  const element = data.element(TAG.extendedOffsets);
  if (element === undefined || element.length === UNDEFINED_LENGTH) return [];
  return Array.from({ length: element.length >> 3 }, (_, i) =>
    Number(data.range.view.getBigUint64(element.start + 8 * i, data.encoding.littleEndian)),
  );
}
