/** Writes small DICOM files: any element in any encoding, whole or broken. */
import { deflateSync } from "fflate";

export const SYNTAX = {
  implicit: "1.2.840.10008.1.2",
  explicit: "1.2.840.10008.1.2.1",
  big: "1.2.840.10008.1.2.2",
  deflated: "1.2.840.10008.1.2.1.99",
  encapsulated: "1.2.840.10008.1.2.1.98",
  rle: "1.2.840.10008.1.2.5",
  jpegBaseline: "1.2.840.10008.1.2.4.50",
  jpegExtended: "1.2.840.10008.1.2.4.51",
  jpegLossless: "1.2.840.10008.1.2.4.57",
  jpegLosslessSv1: "1.2.840.10008.1.2.4.70",
  jpegLs: "1.2.840.10008.1.2.4.80",
  jpeg2000: "1.2.840.10008.1.2.4.90",
  htj2k: "1.2.840.10008.1.2.4.201",
} as const;

/** Encapsulated pixel data: the offset table and the fragments. */
export interface Fragments {
  readonly table: readonly number[];
  readonly fragments: readonly Uint8Array[];
}

/** Text, 16-bit words, bytes, the items of a sequence, or fragments. */
export type Value = string | readonly number[] | Uint8Array | readonly (readonly Element[])[] | Fragments;
export type Element = readonly [tag: number, vr: string, value: Value];

export interface Encoding {
  readonly explicit: boolean;
  readonly little: boolean;
  /** Sequences and items end with delimiters instead of having lengths. */
  readonly undefinedLengths?: boolean;
}

const LONG = new Set(["OB", "OF", "OV", "OW", "SQ", "UN", "UT"]);
const UNDEFINED = 0xffffffff;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function integer(value: number, bytes: 2 | 4, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 2) view.setUint16(0, value & 0xffff, little);
  else view.setUint32(0, value, little);
  return new Uint8Array(view.buffer);
}

function tagBytes(tag: number, little: boolean): Uint8Array {
  return concat(integer(tag / 0x10000, 2, little), integer(tag, 2, little));
}

/** Header and value with an explicit length, which may be a lie. */
export function rawElement(
  tag: number,
  vr: string,
  value: Uint8Array,
  encoding: Encoding,
  length = value.length,
) {
  const { explicit, little } = encoding;
  const tagPart = tagBytes(tag, little);
  if (!explicit || vr === "") return concat(tagPart, integer(length, 4, little), value);
  if (LONG.has(vr)) return concat(tagPart, ascii(vr), new Uint8Array(2), integer(length, 4, little), value);
  return concat(tagPart, ascii(vr), integer(length, 2, little), value);
}

export function element([tag, vr, value]: Element, encoding: Encoding): Uint8Array {
  if (typeof value === "object" && "fragments" in value) return fragmentsElement(tag, value, encoding);
  if (vr === "SQ") {
    const items = value as readonly (readonly Element[])[];
    const end = (t: number) => rawElement(t, "", new Uint8Array(), encoding);
    const open = encoding.undefinedLengths === true;
    const bodies = items.map((item) => {
      const body = elements(item, encoding);
      return open
        ? concat(rawElement(0xfffee000, "", body, encoding, UNDEFINED), end(0xfffee00d))
        : rawElement(0xfffee000, "", body, encoding);
    });
    return open
      ? concat(rawElement(tag, vr, concat(...bodies), encoding, UNDEFINED), end(0xfffee0dd))
      : rawElement(tag, vr, concat(...bodies), encoding);
  }
  return rawElement(tag, vr, even(valueBytes(value, encoding), vr), encoding);
}

function valueBytes(value: Value, { little }: Encoding): Uint8Array {
  if (typeof value === "string") return ascii(value);
  if (value instanceof Uint8Array) return value;
  return concat(...(value as readonly number[]).map((word) => integer(word, 2, little)));
}

function even(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  return concat(bytes, Uint8Array.of(vr === "UI" || vr === "OB" ? 0 : 32));
}

function fragmentsElement(tag: number, { table, fragments }: Fragments, encoding: Encoding): Uint8Array {
  const offsets = concat(...table.map((offset) => integer(offset, 4, encoding.little)));
  const items = [offsets, ...fragments].map((bytes) =>
    rawElement(0xfffee000, "", even(bytes, "OB"), encoding),
  );
  const end = rawElement(0xfffee0dd, "", new Uint8Array(), encoding);
  return concat(rawElement(tag, "OB", concat(...items), encoding, UNDEFINED), end);
}

export function elements(list: readonly Element[], encoding: Encoding): Uint8Array {
  return concat(...[...list].sort((a, b) => a[0] - b[0]).map((item) => element(item, encoding)));
}

/** Preamble, meta header and a data set that is already encoded. */
export function wrap(syntax: string, dataSet: Uint8Array): Uint8Array {
  const meta = element([0x00020010, "UI", syntax], { explicit: true, little: true });
  const group = element([0x00020000, "UL", integer(meta.length, 4, true)], { explicit: true, little: true });
  return concat(new Uint8Array(128), ascii("DICM"), group, meta, dataSet);
}

export function encodingOf(syntax: string): Encoding {
  return { explicit: syntax !== SYNTAX.implicit, little: syntax !== SYNTAX.big };
}

export function dicomFile(
  list: readonly Element[],
  syntax: string = SYNTAX.explicit,
  undefinedLengths = false,
) {
  const body = elements(list, { ...encodingOf(syntax), undefinedLengths });
  return wrap(syntax, syntax === SYNTAX.deflated ? deflateSync(body) : body);
}

export interface PictureOptions {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated?: number;
  readonly bitsStored?: number;
  readonly signed?: boolean;
  readonly photometric?: string;
  readonly samplesPerPixel?: number;
  readonly planar?: boolean;
  readonly frames?: number;
  /** Added, or put in the place of those with the same tag. */
  readonly extra?: readonly Element[];
}

/** The elements of a picture. `pixels`: samples, bytes as they stand in the file, or fragments. */
export function picture(
  options: PictureOptions,
  pixels: ArrayLike<number> | Uint8Array | Fragments,
  little = true,
): Element[] {
  const { rows, columns, bitsAllocated = 16, bitsStored = bitsAllocated } = options;
  const { signed = false, photometric = "MONOCHROME2", samplesPerPixel = 1, planar = false } = options;
  const list: Element[] = [
    [0x00080060, "CS", "DX"],
    [0x00280002, "US", [samplesPerPixel]],
    [0x00280004, "CS", photometric],
    [0x00280006, "US", [planar ? 1 : 0]],
    [0x00280010, "US", [rows]],
    [0x00280011, "US", [columns]],
    [0x00280100, "US", [bitsAllocated]],
    [0x00280101, "US", [bitsStored]],
    [0x00280102, "US", [bitsStored - 1]],
    [0x00280103, "US", [signed ? 1 : 0]],
    [0x7fe00010, bitsAllocated === 8 ? "OB" : "OW", pixelValue(pixels, bitsAllocated, little)],
  ];
  if (options.frames !== undefined) list.push([0x00280008, "IS", String(options.frames)]);
  const extra = options.extra ?? [];
  return [...list.filter(([tag]) => !extra.some(([other]) => other === tag)), ...extra];
}

function pixelValue(pixels: ArrayLike<number> | Fragments, bits: number, little: boolean): Value {
  if ("fragments" in pixels || pixels instanceof Uint8Array) return pixels;
  return sampleBytes(Array.from(pixels), bits, little);
}

export function sampleBytes(samples: readonly number[], bits: number, little = true): Uint8Array {
  const width = bits / 8;
  const bytes = new Uint8Array(samples.length * width);
  samples.forEach((sample, i) => {
    for (let k = 0; k < width; k++)
      bytes[i * width + (little ? k : width - 1 - k)] = Math.floor(sample / 2 ** (8 * k)) & 0xff;
  });
  return bytes;
}
