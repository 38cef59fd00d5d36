/** What kind of file bytes are, by content only. */
import { SpineXRError } from "../api/errors.ts";
import { isVr } from "./dicom/element.ts";
import { hasPreamble } from "./dicom/open.ts";
import { PNG_SIGNATURE } from "./png.ts";

export type FileFormat = "dicom" | "png" | "jpeg";

/** Other files that people try, so that the refusal can name them. */
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ["a JPEG 2000 file", [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50, 0x20, 0x20]],
  ["a JPEG 2000 codestream", [0xff, 0x4f, 0xff, 0x51]],
  ["a TIFF file", [0x49, 0x49, 0x2a, 0x00]],
  ["a TIFF file", [0x4d, 0x4d, 0x00, 0x2a]],
  ["a GIF file", [0x47, 0x49, 0x46, 0x38]],
  ["a BMP file", [0x42, 0x4d]],
  ["a PDF file", [0x25, 0x50, 0x44, 0x46]],
  ["a ZIP archive", [0x50, 0x4b, 0x03, 0x04]],
  ["a gzip file", [0x1f, 0x8b]],
];

/** @throws SpineXRError UNSUPPORTED_FORMAT that says what the bytes look like */
export function sniffFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0)
    throw new SpineXRError("UNSUPPORTED_FORMAT", "The file is empty (0 bytes); expected DICOM, PNG or JPEG.");
  if (hasPreamble(bytes)) return "dicom";
  if (startsWith(bytes, PNG_SIGNATURE)) return "png";
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return "jpeg";
  if (looksLikeDataSet(bytes)) return "dicom";
  throw new SpineXRError(
    "UNSUPPORTED_FORMAT",
    `Expected DICOM, PNG or JPEG; the ${bytes.length} bytes look like ${guess(bytes)}.`,
  );
}

function startsWith(bytes: Uint8Array, prefix: ArrayLike<number>): boolean {
  return bytes.length >= prefix.length && Array.from(prefix).every((byte, i) => bytes[i] === byte);
}

/** Without a preamble: the first element is of group 0002 or 0008 and its length fits into the file. */
function looksLikeDataSet(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const explicit = isVr(view, 4);
  const plausible = (little: boolean) =>
    [0x0002, 0x0008].includes(view.getUint16(0, little)) && view.getUint16(2, little) < 0x3000;
  if (explicit) return plausible(true) || plausible(false);
  return plausible(true) && view.getUint32(4, true) <= bytes.length - 8;
}

function guess(bytes: Uint8Array): string {
  const known = OTHERS.find(([, prefix]) => startsWith(bytes, prefix));
  if (known !== undefined) return known[0];
  const head = bytes.subarray(0, 512);
  const text = head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (text) return "text";
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0"));
  return `unknown binary data (${hex.join(" ")} ...)`;
}
