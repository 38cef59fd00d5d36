/** Lossless JPEG, process 14 with any predictor (ITU-T T.81 annex H); one interleaved scan, 2 to 16 bits. */
import { SpineXRError } from "../../api/errors.ts";
import { bytesPerSample, type Decoded } from "./codec.ts";
import { BitReader } from "./jpeg-entropy.ts";
import { damaged, type JpegHeader } from "./jpeg-header.ts";
import { readScan, required } from "./jpeg-tables.ts";

/** @throws SpineXRError DECODE_FAILED, TRUNCATED_DATA, UNSUPPORTED_PIXELS */
export function decodeJpegLossless(bytes: Uint8Array, header: JpegHeader): Decoded {
  const { width, height, components, bits } = header;
  const scan = readScan(bytes, header);
  if (header.frame.some(({ horizontal, vertical }) => horizontal !== 1 || vertical !== 1))
    throw new SpineXRError("UNSUPPORTED_PIXELS", "Subsampled lossless JPEG cannot be read.");
  if (scan.selection < 1 || scan.selection > 7) throw damaged(`its predictor is ${scan.selection}`);
  const tables = scan.components.map(({ dcTable }) => required(scan.dc[dcTable], "Huffman"));
  const reader = new BitReader(bytes, scan.dataStart);
  const start = 1 << (bits - scan.transform - 1);
  const row = width * components;
  const samples = new Uint16Array(row * height);
  const interval = scan.restartInterval === 0 ? Number.POSITIVE_INFINITY : scan.restartInterval;
  let left = interval;
  // H.1.2.1: the first sample of an interval is predicted by `start`, its row from the left, each later row's first
  // sample from above. Restart intervals are whole rows.
  let fresh = true;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (left === 0) {
        reader.restart();
        left = interval;
        fresh = true;
        if (x !== 0) throw damaged("a restart interval is not a whole number of rows");
      }
      left--;
      for (let c = 0; c < components; c++) {
        const at = y * row + x * components + c;
        const predicted = fresh
          ? x === 0
            ? start
            : samples[at - components]
          : x === 0
            ? samples[at - row]
            : predict(
                scan.selection,
                samples[at - components],
                samples[at - row],
                samples[at - row - components],
              );
        samples[at] = predicted + reader.difference(reader.decode(tables[c]));
      }
    }
    fresh = false;
  }
  if (scan.transform > 0) for (let i = 0; i < samples.length; i++) samples[i] <<= scan.transform;
  const narrow = bytesPerSample(bits) === 1;
  return {
    width,
    height,
    components,
    bits,
    signed: false,
    planar: false,
    bytes: narrow ? Uint8Array.from(samples) : new Uint8Array(samples.buffer),
  };
}

/** T.81 table H.1; a: left, b: above, c: above left. */
function predict(selection: number, a: number, b: number, c: number): number {
  switch (selection) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}
