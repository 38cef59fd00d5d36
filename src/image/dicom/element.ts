/** One data element's header (DICOM PS3.5 section 7), and jumping over elements of undefined length. */
import { SpineXRError } from "../../api/errors.ts";
import { TAG, tagName } from "./tags.ts";
import type { Encoding } from "./transfer-syntax.ts";

export const UNDEFINED_LENGTH = 0xffffffff;

/** Deeper sequences are refused; the deepest standard ones (structured reports) stay far below. */
const MAX_DEPTH = 64;

/** Explicit VRs whose length takes four bytes. */
const LONG_VRS = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);

export interface Element {
  readonly tag: number;
  /** "" when the encoding does not say. */
  readonly vr: string;
  /** Where the value starts. */
  readonly start: number;
  /** UNDEFINED_LENGTH where delimiters end it. */
  readonly length: number;
}

export interface ByteRange {
  readonly view: DataView;
  readonly end: number;
}

export function rangeOf(bytes: Uint8Array): ByteRange {
  return {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    end: bytes.byteLength,
  };
}

export function isVr(view: DataView, at: number): boolean {
  const [a, b] = [view.getUint8(at), view.getUint8(at + 1)];
  return a >= 0x41 && a <= 0x5a && b >= 0x41 && b <= 0x5a;
}

/**
 * Reads the header at `at`. In explicit encodings an element without a VR is read as an implicit one, as pydicom does.
 * @throws SpineXRError TRUNCATED_DATA when the header or a value of known length passes the end
 */
export function readElement({ view, end }: ByteRange, at: number, encoding: Encoding): Element {
  if (at + 8 > end) throw truncated("An element header", 8, end - at, at);
  const little = encoding.littleEndian;
  const tag = view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);
  const delimiter = Math.floor(tag / 0x10000) === 0xfffe;
  if (delimiter || !encoding.explicitVr || !isVr(view, at + 4))
    return checked({ tag, vr: "", start: at + 8, length: view.getUint32(at + 4, little) }, end);
  const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  if (!LONG_VRS.has(vr))
    return checked({ tag, vr, start: at + 8, length: view.getUint16(at + 6, little) }, end);
  if (at + 12 > end) throw truncated(`The header of ${tagName(tag)}`, 12, end - at, at);
  return checked({ tag, vr, start: at + 12, length: view.getUint32(at + 8, little) }, end);
}

function checked(element: Element, end: number): Element {
  const { tag, start, length } = element;
  // Pixel data is checked frame by frame: the missing part may not matter to the frame that is asked for.
  if (length !== UNDEFINED_LENGTH && start + length > end && tag !== TAG.pixels)
    throw truncated(`Element ${tagName(tag)}`, length, end - start, start);
  return element;
}

export function truncated(what: string, expected: number, found: number, at: number): SpineXRError {
  return new SpineXRError(
    "TRUNCATED_DATA",
    `${what} at byte ${at} needs ${expected} bytes, but only ${Math.max(0, found)} are left; the file is cut off or damaged.`,
  );
}

/** Where the element ends: behind its value, or behind the delimiter that closes it. */
export function elementEnd(range: ByteRange, element: Element, encoding: Encoding): number {
  if (element.length !== UNDEFINED_LENGTH) return element.start + element.length;
  // A stack instead of recursion: nesting is the file's choice. Content of UN is implicit little endian (PS3.5 6.2.2).
  const open: { item: boolean; encoding: Encoding }[] = [
    { item: false, encoding: nestedEncoding(element, encoding) },
  ];
  let at = element.start;
  while (open.length > 0) {
    const top = open[open.length - 1];
    const inner = readElement(range, at, top.encoding);
    at = inner.start;
    if (inner.tag === TAG.item && !top.item) {
      if (inner.length === UNDEFINED_LENGTH) open.push({ item: true, encoding: top.encoding });
      else at += inner.length;
    } else if (inner.tag === (top.item ? TAG.itemEnd : TAG.sequenceEnd)) {
      open.pop();
    } else if (!top.item) {
      throw invalid(`a sequence holds ${tagName(inner.tag)} where an item was expected`, at);
    } else if (inner.length === UNDEFINED_LENGTH) {
      open.push({ item: false, encoding: nestedEncoding(inner, top.encoding) });
    } else {
      at += inner.length;
    }
    if (open.length > MAX_DEPTH)
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `Sequences are nested more than ${MAX_DEPTH / 2} deep at byte ${at}; the file is damaged or hostile.`,
      );
  }
  return at;
}

export function nestedEncoding(element: Element, encoding: Encoding): Encoding {
  return element.vr === "UN" ? { explicitVr: false, littleEndian: true } : encoding;
}

export function invalid(what: string, at?: number): SpineXRError {
  const where = at === undefined ? "" : ` (byte ${at})`;
  return new SpineXRError("INVALID_DICOM", `Not a readable DICOM data set: ${what}${where}.`);
}
