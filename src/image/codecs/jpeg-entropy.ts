/** Entropy-coded data of JPEG (ITU-T T.81 annex F.2.2): bits behind byte stuffing, Huffman codes, restart markers. */
import { cutOff, damaged } from "./jpeg-header.ts";

const LOOKUP_BITS = 9;

/** A Huffman table as DHT gives it: 16 counts of codes by length, then the values in code order. */
export class HuffmanTable {
  /** value << 4 | length for codes of up to LOOKUP_BITS bits; 0 for longer ones. */
  readonly lookup = new Uint16Array(1 << LOOKUP_BITS);
  /** Per length: first code behind the last of that length (-1: none), and value index minus first code. */
  readonly limit = new Int32Array(17).fill(-1);
  readonly shift = new Int32Array(17);
  readonly values: Uint8Array;

  constructor(counts: Uint8Array, values: Uint8Array) {
    this.values = values;
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1];
      if (code + count > 1 << length) throw damaged("a Huffman table has too many codes");
      this.shift[length] = index - code;
      for (let i = 0; i < count && length <= LOOKUP_BITS; i++) {
        const first = (code + i) << (LOOKUP_BITS - length);
        this.lookup.fill((values[index + i] << 4) | length, first, first + (1 << (LOOKUP_BITS - length)));
      }
      code += count;
      index += count;
      if (count > 0) this.limit[length] = code;
      code <<= 1;
    }
  }
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  /** Bits handed out that the stream did not have. */
  #missing = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** At least 16 bits are in #bits afterwards; zeros stand for those behind a marker until they are used. */
  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#bytes[this.#at];
      const next = this.#bytes[this.#at + 1];
      if (byte === undefined || (byte === 0xff && next !== 0)) {
        this.#bits = (this.#bits << 8) | 0;
        this.#missing += 8;
      } else {
        this.#bits = (this.#bits << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#count += 8;
    }
  }

  /** The next `length` bits, 0 to 16. */
  read(length: number): number {
    if (length === 0) return 0;
    this.#fill();
    this.#count -= length;
    if (this.#count < this.#missing) throw cutOff("inside its compressed data");
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  decode(table: HuffmanTable): number {
    this.#fill();
    const entry = table.lookup[(this.#bits >>> (this.#count - LOOKUP_BITS)) & ((1 << LOOKUP_BITS) - 1)];
    if (entry !== 0) {
      this.#count -= entry & 15;
      if (this.#count < this.#missing) throw cutOff("inside its compressed data");
      return entry >> 4;
    }
    const peek = (this.#bits >>> (this.#count - 16)) & 0xffff;
    for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
      const code = peek >> (16 - length);
      if (code >= table.limit[length]) continue;
      this.#count -= length;
      if (this.#count < this.#missing) throw cutOff("inside its compressed data");
      return table.values[code + table.shift[length]];
    }
    throw damaged("its compressed data holds an unknown Huffman code");
  }

  /** A signed difference of `size` bits (T.81 F.2.2.1, EXTEND); size 16 is 32768 without further bits (H.1.2.2). */
  difference(size: number): number {
    if (size === 0) return 0;
    if (size === 16) return 32768;
    if (size > 16) throw damaged("a difference is wider than 16 bits");
    const value = this.read(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Skips to behind the restart marker that must follow. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#missing = 0;
    const marker = this.#bytes[this.#at + 1];
    if (this.#bytes[this.#at] !== 0xff || !(marker >= 0xd0 && marker <= 0xd7))
      throw damaged("a restart marker is not where it should be");
    this.#at += 2;
  }
}
