/** Computed Radiography images, explicit VR little endian, bare or JPEG-LS. All identification is synthetic. */
import { SpineXRError } from "../api/errors.ts";
import { type EncodeSamples, JPEG_LS_LOSSLESS, littleEndian } from "./jpeg-ls.ts";

const CR_STORAGE = "1.2.840.10008.5.1.4.1.1.1";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
/** 2.25 and a UUID as a number: free for everyone to use. */
const IMPLEMENTATION = "2.25.190236412894567013456789012345678901";

/** How stored values become shown ones. */
export type StoredVoi =
  | { readonly kind: "none" }
  | {
      readonly kind: "window";
      readonly function: "LINEAR" | "SIGMOID";
      readonly center: number;
      readonly width: number;
    }
  /** One shown value of 16 bits for each stored one. */
  | { readonly kind: "lut"; readonly entries: Uint16Array };

export interface CrImage {
  /** 32 hexadecimal digits each. */
  readonly imageId: string;
  readonly seriesId: string;
  readonly studyId: string;
  readonly rows: number;
  readonly columns: number;
  /** 12 bits used, rows * columns. */
  readonly samples: Uint16Array;
  readonly photometric: "MONOCHROME1" | "MONOCHROME2";
  readonly voi: StoredVoi;
  /** Millimetres from pixel to pixel at the detector. */
  readonly spacing: number;
  readonly bodyPart: string;
  readonly viewPosition: "AP" | "LL" | "RL";
  /** Directions of rows and columns: "L\\F", "P\\F", "A\\F". */
  readonly orientation: string;
  readonly kilovolts: number;
}

type Vr =
  | "AE"
  | "CS"
  | "DA"
  | "DS"
  | "IS"
  | "LO"
  | "PN"
  | "SH"
  | "TM"
  | "UI"
  | "US"
  | "OB"
  | "OW"
  | "SQ"
  | "UL"
  | "LT";
type Element = readonly [tag: number, vr: Vr, value: string | Uint8Array | readonly number[]];

/**
 * With `encode` the samples are stored as one JPEG-LS stream, else as they are.
 * @throws SpineXRError INVALID_ARGUMENT when the samples are not rows * columns
 */
export function encodeCr(image: CrImage, encode?: EncodeSamples): Uint8Array {
  const { rows, columns, samples, voi } = image;
  if (samples.length !== rows * columns || rows > 65535 || columns > 65535)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected ${rows} x ${columns} = ${rows * columns} samples and sides up to 65535, found ${samples.length}.`,
    );
  const uid = (id: string): string => `2.25.${BigInt(`0x${id}`)}`;
  const meta: Element[] = [
    [0x00020001, "OB", Uint8Array.of(0, 1)],
    [0x00020002, "UI", CR_STORAGE],
    [0x00020003, "UI", uid(image.imageId)],
    [0x00020010, "UI", encode === undefined ? EXPLICIT_LITTLE_ENDIAN : JPEG_LS_LOSSLESS],
    [0x00020012, "UI", IMPLEMENTATION],
    [0x00020013, "SH", "SPINEXR_PHANTOM"],
  ];
  const elements: Element[] = [
    [0x00080005, "CS", "ISO_IR 100"],
    [0x00080008, "CS", "DERIVED\\PRIMARY"],
    [0x00080016, "UI", CR_STORAGE],
    [0x00080018, "UI", uid(image.imageId)],
    [0x00080020, "DA", "20000101"],
    [0x00080030, "TM", "000000"],
    [0x00080050, "SH", ""],
    [0x00080060, "CS", "CR"],
    [0x00080070, "LO", "spinexr"],
    [0x00080090, "PN", ""],
    [0x00081090, "LO", "synthetic phantom"],
    [0x00100010, "PN", "Phantom^Synthetic"],
    [0x00100020, "LO", image.studyId],
    [0x00100030, "DA", ""],
    [0x00100040, "CS", ""],
    [0x00180015, "CS", image.bodyPart],
    [0x00180060, "DS", String(image.kilovolts)],
    [0x00181164, "DS", `${image.spacing.toFixed(6)}\\${image.spacing.toFixed(6)}`],
    [0x00185101, "CS", image.viewPosition],
    [0x0020000d, "UI", uid(image.studyId)],
    [0x0020000e, "UI", uid(image.seriesId)],
    [0x00200010, "SH", "1"],
    [0x00200011, "IS", "1"],
    [0x00200013, "IS", "1"],
    [0x00200020, "CS", image.orientation],
    [0x00204000, "LT", "Synthetic radiograph of a computed phantom. Not a person."],
    [0x00280002, "US", [1]],
    [0x00280004, "CS", image.photometric],
    [0x00280010, "US", [rows]],
    [0x00280011, "US", [columns]],
    [0x00280100, "US", [16]],
    [0x00280101, "US", [12]],
    [0x00280102, "US", [11]],
    [0x00280103, "US", [0]],
    ...voiElements(voi),
  ];
  const pixels =
    encode === undefined
      ? pieces([[0x7fe00010, "OW", littleEndian(samples)]])
      : encapsulated(encode(samples, rows, columns));
  const metaPieces = pieces(meta);
  const group = pieces([[0x00020000, "UL", [lengthOf(metaPieces)]]]);
  const preamble = new Uint8Array(132);
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128);
  return joined([preamble, ...group, ...metaPieces, ...pieces(elements), ...pixels]);
}

/** One frame as one fragment behind an empty offset table (PS3.5 A.4). */
function encapsulated(stream: Uint8Array): Uint8Array[] {
  const padding = stream.length % 2;
  const head = new Uint8Array(28);
  const view = new DataView(head.buffer);
  const item = (at: number, element: number, length: number): void => {
    view.setUint16(at, 0xfffe, true);
    view.setUint16(at + 2, element, true);
    view.setUint32(at + 4, length, true);
  };
  // Pixel data of unknown length, VR OB.
  head.set([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  item(12, 0xe000, 0);
  item(20, 0xe000, stream.length + padding);
  const end = new Uint8Array(padding + 8);
  end.set([0xfe, 0xff, 0xdd, 0xe0], padding);
  return [head, stream, end];
}

function voiElements(voi: StoredVoi): Element[] {
  switch (voi.kind) {
    case "none":
      return [];
    case "window":
      return [
        [0x00281050, "DS", String(voi.center)],
        [0x00281051, "DS", String(voi.width)],
        [0x00281056, "CS", voi.function],
      ];
    case "lut": {
      const item = joined(
        pieces([
          [0x00283002, "US", [voi.entries.length, 0, 16]],
          [0x00283003, "LO", "NORMAL"],
          [0x00283006, "OW", littleEndian(voi.entries)],
        ]),
      );
      const sequence = new Uint8Array(8 + item.length);
      sequence.set([0xfe, 0xff, 0x00, 0xe0]);
      new DataView(sequence.buffer).setUint32(4, item.length, true);
      sequence.set(item, 8);
      return [[0x00283010, "SQ", sequence]];
    }
  }
}

/** Elements in rising order of tags: heads and contents in turn, joined once at the end. */
function pieces(elements: readonly Element[]): Uint8Array[] {
  return elements.flatMap(([tag, vr, value]) => {
    const content = contentOf(vr, value);
    const long = vr === "OB" || vr === "OW" || vr === "SQ";
    const head = new Uint8Array(long ? 12 : 8);
    const view = new DataView(head.buffer);
    view.setUint16(0, tag >>> 16, true);
    view.setUint16(2, tag & 0xffff, true);
    head[4] = vr.charCodeAt(0);
    head[5] = vr.charCodeAt(1);
    if (long) view.setUint32(8, content.length, true);
    else view.setUint16(6, content.length, true);
    return [head, content];
  });
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function contentOf(vr: Vr, value: Element[2]): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    if (text.length % 2 === 0) return text;
    const padded = new Uint8Array(text.length + 1).fill(vr === "UI" ? 0 : 0x20);
    padded.set(text);
    return padded;
  }
  const step = vr === "UL" ? 4 : 2;
  const bytes = new Uint8Array(value.length * step);
  const view = new DataView(bytes.buffer);
  value.forEach((number, i) => {
    if (step === 4) view.setUint32(i * 4, number, true);
    else view.setUint16(i * 2, number, true);
  });
  return bytes;
}
