/** The elements of one data set that anyone here asks for, and typed access to their values. */
import {
  type ByteRange,
  type Element,
  elementEnd,
  invalid,
  nestedEncoding,
  readElement,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { TAG, tagName } from "./tags.ts";
import type { Encoding } from "./transfer-syntax.ts";

const WANTED = new Set<number>(Object.values(TAG));

export class DataSet {
  readonly range: ByteRange;
  readonly encoding: Encoding;
  readonly #elements: ReadonlyMap<number, Element>;

  constructor(range: ByteRange, encoding: Encoding, elements: ReadonlyMap<number, Element>) {
    this.range = range;
    this.encoding = encoding;
    this.#elements = elements;
  }

  element(tag: number): Element | undefined {
    return this.#elements.get(tag);
  }

  has(tag: number): boolean {
    return this.#elements.has(tag);
  }

  bytes(element: Element): Uint8Array {
    const { view, end } = this.range;
    const length = Math.min(element.length, end - element.start);
    return new Uint8Array(view.buffer, view.byteOffset + element.start, length);
  }

  /** Text values, split at backslashes and trimmed; [] when absent or empty. */
  texts(tag: number): string[] {
    const element = this.#elements.get(tag);
    if (element === undefined) return [];
    let text = "";
    for (const byte of this.bytes(element).subarray(0, 1024)) text += String.fromCharCode(byte);
    text = text.replace(/[\0 ]+$/, "");
    return text === "" ? [] : text.split("\\").map((part) => part.trim());
  }

  text(tag: number): string | undefined {
    return this.texts(tag)[0];
  }

  /** Decimal strings; NaN for what is not a number. */
  decimals(tag: number): number[] {
    return this.texts(tag).map((text) =>
      /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN,
    );
  }

  /** 16-bit words in the data set's byte order. */
  words(tag: number): Uint16Array {
    const element = this.#elements.get(tag);
    if (element === undefined) return new Uint16Array(0);
    const words = new Uint16Array(this.bytes(element).length >> 1);
    for (let i = 0; i < words.length; i++)
      words[i] = this.range.view.getUint16(element.start + 2 * i, this.encoding.littleEndian);
    return words;
  }

  /** A required unsigned 16-bit value. @throws SpineXRError INVALID_DICOM */
  word(tag: number, name: string): number {
    const value = this.words(tag)[0];
    if (value === undefined) throw invalid(`${name} ${tagName(tag)} is missing`);
    return value;
  }

  /** Item 0 of a sequence; undefined when there is none. */
  firstItem(tag: number): DataSet | undefined {
    const sequence = this.#elements.get(tag);
    if (sequence === undefined || sequence.length < 8) return undefined;
    const encoding = nestedEncoding(sequence, this.encoding);
    const item = readElement(this.range, sequence.start, encoding);
    if (item.tag !== TAG.item) return undefined;
    const end = item.length === UNDEFINED_LENGTH ? this.range.end : item.start + item.length;
    return readDataSet({ view: this.range.view, end }, item.start, encoding);
  }
}

/** Reads from `start` to pixel data, to the delimiter of the item, or to the end of the range, whichever comes first. */
export function readDataSet(range: ByteRange, start: number, encoding: Encoding): DataSet {
  const elements = new Map<number, Element>();
  let at = start;
  while (at < range.end) {
    // Writers pad files to even or block sizes.
    if (range.end - at < 8 && isZero(range, at)) break;
    const element = readElement(range, at, encoding);
    if (element.tag === TAG.itemEnd) break;
    if (WANTED.has(element.tag)) elements.set(element.tag, element);
    if (element.tag === TAG.pixels) break;
    at = elementEnd(range, element, encoding);
  }
  return new DataSet(range, encoding, elements);
}

function isZero({ view, end }: ByteRange, at: number): boolean {
  for (let i = at; i < end; i++) if (view.getUint8(i) !== 0) return false;
  return true;
}
