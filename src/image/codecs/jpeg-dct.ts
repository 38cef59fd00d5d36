/** Sequential Huffman DCT JPEG of one component (ITU-T T.81 annex F), for the 12-bit streams that libjpeg-turbo's 8-bit build refuses. */
import { SpineXRError } from "../../api/errors.ts";
import type { Decoded } from "./codec.ts";
import { BitReader } from "./jpeg-entropy.ts";
import type { JpegHeader } from "./jpeg-header.ts";
import { damaged } from "./jpeg-header.ts";
import { readScan, required } from "./jpeg-tables.ts";

/** Zigzag position -> row-major position. */
const ZIGZAG = zigzag();

/** COSINES[8 * x + u] = C(u) / 2 * cos((2x + 1) u pi / 16), T.81 A.3.3. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const [x, u] = [i >> 3, i & 7];
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/** @throws SpineXRError DECODE_FAILED, TRUNCATED_DATA, UNSUPPORTED_PIXELS */
export function decodeJpegDct(bytes: Uint8Array, header: JpegHeader): Decoded {
  const { width, height, components, bits } = header;
  if (components !== 1)
    throw new SpineXRError("UNSUPPORTED_PIXELS", `JPEG of ${bits} bits is read in grey only; found colour.`);
  const scan = readScan(bytes, header);
  const [component] = scan.components;
  const dc = required(scan.dc[component.dcTable], "Huffman");
  const ac = required(scan.ac[component.acTable], "Huffman");
  const quant = required(scan.quant[component.quantTable], "quantisation");
  const reader = new BitReader(bytes, scan.dataStart);
  const samples = new Uint16Array(width * height);
  const block = new Float64Array(64);
  const across = Math.ceil(width / 8);
  const blocks = across * Math.ceil(height / 8);
  let previous = 0;
  for (let i = 0; i < blocks; i++) {
    if (scan.restartInterval > 0 && i > 0 && i % scan.restartInterval === 0) {
      reader.restart();
      previous = 0;
    }
    previous += reader.difference(reader.decode(dc));
    block.fill(0);
    block[0] = previous * quant[0];
    for (let k = 1; k < 64; k++) {
      const symbol = reader.decode(ac);
      const size = symbol & 15;
      k += symbol >> 4;
      if (size === 0) {
        if (symbol === 0) break;
        continue; // sixteen zeros
      }
      if (k > 63) throw damaged("a block has more than 64 coefficients");
      block[ZIGZAG[k]] = reader.difference(size) * quant[k];
    }
    inverseDct(block);
    store(block, samples, header, (i % across) * 8, Math.floor(i / across) * 8);
  }
  return {
    width,
    height,
    components,
    bits,
    signed: false,
    planar: false,
    bytes: new Uint8Array(samples.buffer),
  };
}

const half = new Float64Array(64);

/** Rows, then columns, in double precision: exact to the rounding of the result. */
function inverseDct(block: Float64Array): void {
  for (let v = 0; v < 8; v++)
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += COSINES[8 * x + u] * block[8 * v + u];
      half[8 * v + x] = sum;
    }
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) sum += COSINES[8 * y + v] * half[8 * v + x];
      block[8 * y + x] = sum;
    }
}

function store(
  block: Float64Array,
  samples: Uint16Array,
  header: JpegHeader,
  left: number,
  top: number,
): void {
  const { width, height, bits } = header;
  const level = 2 ** (bits - 1);
  const max = 2 ** bits - 1;
  for (let y = 0; y < 8 && top + y < height; y++)
    for (let x = 0; x < 8 && left + x < width; x++) {
      const value = Math.round(block[8 * y + x]) + level;
      samples[(top + y) * width + left + x] = Math.min(max, Math.max(0, value));
    }
}

/** T.81 figure A.6: diagonals, walked alternately up and down. */
function zigzag(): Uint8Array {
  const order: number[] = [];
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    const cells = [];
    for (let row = 0; row < 8; row++)
      if (diagonal - row >= 0 && diagonal - row < 8) cells.push(8 * row + diagonal - row);
    order.push(...(diagonal % 2 === 0 ? cells.reverse() : cells));
  }
  return Uint8Array.from(order);
}
