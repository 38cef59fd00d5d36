/** Bytes to typed samples, and the hash that identifies them. */
import type { Samples } from "../backends/core.ts";
import { sha256OfParts } from "../platform/hash.ts";

export interface SampleLayout {
  /** Storage bits of one sample. */
  readonly bitsAllocated: 8 | 16 | 32;
  readonly signed: boolean;
  readonly littleEndian: boolean;
}

/** Samples above 31 bits do not fit: unsigned 32-bit ones wrap to negative numbers. */
export function samplesFromBytes(bytes: Uint8Array, layout: SampleLayout): Samples {
  const { bitsAllocated, signed } = layout;
  if (bitsAllocated === 8) return signed ? new Int8Array(bytes) : new Uint8Array(bytes);
  const width = bitsAllocated / 8;
  const count = Math.floor(bytes.length / width);
  const copy = new Uint8Array(count * width);
  copy.set(bytes.subarray(0, count * width));
  if (layout.littleEndian !== HOST_LITTLE_ENDIAN) reverseEach(copy, width);
  if (width === 4) return new Int32Array(copy.buffer);
  return signed ? new Int16Array(copy.buffer) : new Uint16Array(copy.buffer);
}

const HOST_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function reverseEach(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** Reads the low `bits` of every sample as two's complement. */
export function signExtend(samples: Samples, bits: number): Int8Array | Int16Array | Int32Array {
  const size = 8 * samples.BYTES_PER_ELEMENT;
  const signed =
    size === 8
      ? new Int8Array(samples.length)
      : size === 16
        ? new Int16Array(samples.length)
        : new Int32Array(samples.length);
  const shift = 32 - bits;
  for (let i = 0; i < samples.length; i++) signed[i] = (samples[i] << shift) >> shift;
  return signed;
}

/** Smallest and largest sample. At least one sample. */
export function sampleRange(samples: Samples): { min: number; max: number } {
  let min = samples[0];
  let max = min;
  // By index: an iterator takes six times as long.
  for (let i = 1; i < samples.length; i++) {
    const value = samples[i]!;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min, max };
}

/** Samples hashed at a time: a few milliseconds of the event loop. */
const HASHED_AT_ONCE = 2 ** 19;

/** sha256 of the samples as int32 little endian, hex: equal pixels have equal hashes whatever their storage. */
export const hashSamples = (samples: Samples): Promise<string> => sha256OfParts(widened(samples));

/** One buffer for all parts. */
function* widened(samples: Samples): Generator<Uint8Array> {
  const wide = new Int32Array(Math.min(samples.length, HASHED_AT_ONCE));
  for (let at = 0; at < samples.length; at += HASHED_AT_ONCE) {
    const part = samples.subarray(at, at + HASHED_AT_ONCE);
    wide.set(part);
    const bytes = new Uint8Array(wide.buffer, 0, 4 * part.length);
    if (!HOST_LITTLE_ENDIAN) reverseEach(bytes, 4);
    yield bytes;
  }
}
