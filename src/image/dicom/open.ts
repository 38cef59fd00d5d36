/** From the bytes of a file to its data set: preamble, meta header, transfer syntax, inflation. */
import { inflateCapped } from "../../bytes/inflate.ts";
import type { ImageLimits } from "../limits.ts";
import { type DataSet, readDataSet } from "./data-set.ts";
import { type ByteRange, elementEnd, invalid, isVr, rangeOf, readElement } from "./element.ts";
import { TAG } from "./tags.ts";
import {
  type Encoding,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "./transfer-syntax.ts";

export interface DicomFile {
  readonly dataSet: DataSet;
  readonly syntax: TransferSyntax;
  readonly warnings: readonly string[];
}

/** The meta header is always explicit little endian (PS3.10 7.1). */
const META: Encoding = { explicitVr: true, littleEndian: true };
const META_GROUP = 0x0002;
/** Radiographs deflate to a half or a third; deflate bombs to a thousandth. Small files may do what they like. */
const FREE_INFLATION = 2 ** 25;
const MAX_EXPANSION = 250;
/** A data set starts with identification (0008) or, when stripped, not far behind; anything else is no data set. */
const LAST_FIRST_GROUP = 0x0028;

/**
 * Reads up to the pixel data. Without a transfer syntax the encoding is read off the first element, with a warning.
 * @throws SpineXRError INVALID_DICOM, TRUNCATED_DATA, UNSUPPORTED_TRANSFER_SYNTAX, LIMIT_EXCEEDED, DECODE_FAILED
 */
export function openDicom(bytes: Uint8Array, limits: ImageLimits): DicomFile {
  const range = rangeOf(bytes);
  const warnings: string[] = [];
  const { uid, end } = readMeta(range, hasPreamble(bytes) ? 132 : 0);
  const syntax = transferSyntax(uid ?? guessSyntax(range, end));
  if (uid === undefined)
    warnings.push(
      `The file does not name its transfer syntax: read as ${syntax.explicitVr ? "explicit" : "implicit"} VR ` +
        `${syntax.littleEndian ? "little" : "big"} endian.`,
    );
  if (!syntax.deflated) return { dataSet: readDataSet(range, end, syntax), syntax, warnings };
  const deflated = bytes.subarray(end);
  const maxBytes = Math.min(limits.maxInflatedBytes, FREE_INFLATION + MAX_EXPANSION * deflated.length);
  const inflated = inflateCapped(deflated, maxBytes);
  return { dataSet: readDataSet(rangeOf(inflated), 0, syntax), syntax, warnings };
}

export function hasPreamble(bytes: Uint8Array): boolean {
  return bytes.length >= 132 && String.fromCharCode(...bytes.subarray(128, 132)) === "DICM";
}

/** Walks over group 0002. */
function readMeta(range: ByteRange, start: number): { uid: string | undefined; end: number } {
  let at = start;
  while (at + 8 <= range.end && range.view.getUint16(at, true) === META_GROUP)
    at = elementEnd(range, readElement(range, at, META), META);
  const meta = readDataSet({ view: range.view, end: at }, start, META);
  return { uid: meta.text(TAG.transferSyntax), end: at };
}

function guessSyntax({ view, end }: ByteRange, at: number): string {
  if (at + 8 > end) throw invalid("there is no data set behind the header", at);
  const group = Math.min(view.getUint16(at, true), view.getUint16(at, false));
  if (group > LAST_FIRST_GROUP)
    throw invalid(`it starts with group ${group.toString(16)}, not with 0008`, at);
  if (!isVr(view, at + 4)) return IMPLICIT_LITTLE;
  // The first group is a small number (usually 0008): the byte order that makes it small is the right one.
  return view.getUint16(at, true) <= view.getUint16(at, false) ? EXPLICIT_LITTLE : EXPLICIT_BIG;
}
