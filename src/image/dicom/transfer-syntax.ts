/** Transfer syntaxes (DICOM PS3.6 table A-1) that can be read, and how. */
import { SpineXRError } from "../../api/errors.ts";
import type { CodecName } from "../codecs/codec.ts";

/** How a data set is written. */
export interface Encoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
}

export interface TransferSyntax extends Encoding {
  readonly uid: string;
  readonly deflated: boolean;
  /** "none": bare samples, either in one piece or, when encapsulated, in fragments. */
  readonly codec: CodecName | "none";
  readonly encapsulated: boolean;
}

const PREFIX = "1.2.840.10008.1.2";
export const IMPLICIT_LITTLE = PREFIX;
export const EXPLICIT_LITTLE = `${PREFIX}.1`;
export const EXPLICIT_BIG = `${PREFIX}.2`;

const native = (uid: string, changes: Partial<TransferSyntax> = {}): TransferSyntax => ({
  uid,
  explicitVr: true,
  littleEndian: true,
  deflated: false,
  codec: "none",
  encapsulated: false,
  ...changes,
});

const compressed = (suffix: string, codec: CodecName): TransferSyntax =>
  native(PREFIX + suffix, { codec, encapsulated: true });

const KNOWN = new Map(
  [
    native(IMPLICIT_LITTLE, { explicitVr: false }),
    native(EXPLICIT_LITTLE),
    native(EXPLICIT_BIG, { littleEndian: false }),
    native(`${PREFIX}.1.99`, { deflated: true }),
    native(`${PREFIX}.1.98`, { encapsulated: true }),
    compressed(".5", "rle"),
    compressed(".4.50", "jpeg"),
    compressed(".4.51", "jpeg"),
    compressed(".4.57", "jpeg"),
    compressed(".4.70", "jpeg"),
    compressed(".4.80", "jpeg-ls"),
    compressed(".4.81", "jpeg-ls"),
    compressed(".4.90", "jpeg-2000"),
    compressed(".4.91", "jpeg-2000"),
    compressed(".4.201", "htj2k"),
    compressed(".4.202", "htj2k"),
    compressed(".4.203", "htj2k"),
  ].map((syntax) => [syntax.uid, syntax]),
);

/** @throws SpineXRError UNSUPPORTED_TRANSFER_SYNTAX */
export function transferSyntax(uid: string): TransferSyntax {
  const syntax = KNOWN.get(uid);
  if (syntax === undefined)
    throw new SpineXRError(
      "UNSUPPORTED_TRANSFER_SYNTAX",
      `Transfer syntax ${uid.slice(0, 64)} is not among the ${KNOWN.size} that can be read; ` +
        "convert the file to Explicit VR Little Endian.",
    );
  return syntax;
}
