/** Everything between SOI and the entropy-coded data of a one-scan JPEG: tables and scan parameters. */
import { HuffmanTable } from "./jpeg-entropy.ts";
import { damaged, type JpegComponent, type JpegHeader, segments } from "./jpeg-header.ts";

export interface ScanComponent extends JpegComponent {
  readonly dcTable: number;
  readonly acTable: number;
}

export interface Scan {
  readonly components: readonly ScanComponent[];
  /** Spectral selection start; the predictor of lossless scans. */
  readonly selection: number;
  /** Low nibble of the last byte: point transform of lossless scans. */
  readonly transform: number;
  /** MCUs between restart markers; 0: none. */
  readonly restartInterval: number;
  /** Where the entropy-coded data starts. */
  readonly dataStart: number;
  readonly dc: readonly (HuffmanTable | undefined)[];
  readonly ac: readonly (HuffmanTable | undefined)[];
  /** 64 factors in zigzag order. */
  readonly quant: readonly (Uint16Array | undefined)[];
}

const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;

/** @throws SpineXRError DECODE_FAILED also when the components are spread over several scans */
export function readScan(bytes: Uint8Array, header: JpegHeader): Scan {
  const dc: HuffmanTable[] = [];
  const ac: HuffmanTable[] = [];
  const quant: Uint16Array[] = [];
  let restartInterval = 0;
  for (const { marker, start, end } of segments(bytes, header.start)) {
    const content = bytes.subarray(start, end);
    if (marker === DHT) readHuffman(content, dc, ac);
    else if (marker === DQT) readQuant(content, quant);
    else if (marker === DRI && content.length >= 2) restartInterval = content[0] * 256 + content[1];
    else if (marker === SOS)
      return { ...readSelection(content, header), restartInterval, dataStart: end, dc, ac, quant };
  }
  throw damaged("it has no scan");
}

function readSelection(
  content: Uint8Array,
  { frame, components }: JpegHeader,
): Pick<Scan, "components" | "selection" | "transform"> {
  const count = content[0];
  if (content.length < 4 + 2 * count) throw damaged("its scan header is too short");
  if (count !== components) throw damaged(`its first scan has ${count} of ${components} components`);
  return {
    components: Array.from({ length: count }, (_, i) => {
      const component = frame.find(({ id }) => id === content[1 + 2 * i]);
      if (component === undefined) throw damaged("its scan names an unknown component");
      const tables = content[2 + 2 * i];
      return { ...component, dcTable: tables >> 4, acTable: tables & 15 };
    }),
    selection: content[1 + 2 * count],
    transform: content[3 + 2 * count] & 15,
  };
}

function readHuffman(content: Uint8Array, dc: HuffmanTable[], ac: HuffmanTable[]): void {
  let at = 0;
  while (at + 17 <= content.length) {
    const counts = content.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    if (at + 17 + size > content.length) throw damaged("a Huffman table is too short");
    const table = new HuffmanTable(counts, content.subarray(at + 17, at + 17 + size));
    (content[at] >> 4 === 0 ? dc : ac)[content[at] & 15] = table;
    at += 17 + size;
  }
}

function readQuant(content: Uint8Array, quant: Uint16Array[]): void {
  let at = 0;
  while (at < content.length) {
    const wide = content[at] >> 4 !== 0;
    const size = wide ? 128 : 64;
    if (at + 1 + size > content.length) throw damaged("a quantisation table is too short");
    const table = new Uint16Array(64);
    for (let i = 0; i < 64; i++)
      table[i] = wide ? content[at + 1 + 2 * i] * 256 + content[at + 2 + 2 * i] : content[at + 1 + i];
    quant[content[at] & 15] = table;
    at += 1 + size;
  }
}

/** The table, or an error that says which is missing. */
export function required<T>(table: T | undefined, kind: string): T {
  if (table === undefined) throw damaged(`it lacks a ${kind} table that its scan uses`);
  return table;
}
