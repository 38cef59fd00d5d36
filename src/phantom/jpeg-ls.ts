/** Lossless JPEG-LS (ITU-T T.87) of stored samples, by CharLS: about a third of the bytes. */
import { SpineXRError } from "../api/errors.ts";

/** Samples of 12 bits, rows * columns, to a JPEG-LS stream that decodes to the same samples. */
export type EncodeSamples = (samples: Uint16Array, rows: number, columns: number) => Uint8Array;

/** Transfer syntax JPEG-LS Lossless (PS3.5 A.4.3). */
export const JPEG_LS_LOSSLESS = "1.2.840.10008.1.2.4.80";

/** @throws SpineXRError INTERNAL when the codec cannot be loaded */
export async function loadJpegLs(): Promise<EncodeSamples> {
  const { default: factory } = await import("@cornerstonejs/codec-charls/wasmjs").catch((cause: unknown) => {
    throw new SpineXRError("INTERNAL", "The JPEG-LS codec of this package could not be loaded.", { cause });
  });
  const { JpegLSEncoder } = await factory({ print: () => {}, printErr: () => {} });
  return (samples, rows, columns) => {
    const encoder = new JpegLSEncoder();
    try {
      const input = encoder.getDecodedBuffer({
        width: columns,
        height: rows,
        bitsPerSample: 12,
        componentCount: 1,
      });
      input.set(littleEndian(samples));
      encoder.setNearLossless(0);
      encoder.encode();
      // A copy: the codec's memory is used again.
      return encoder.getEncodedBuffer().slice();
    } finally {
      encoder.delete();
    }
  };
}

const HOST_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Two bytes a sample, the low one first, on any machine; a view where that is how the machine has them. */
export function littleEndian(values: Uint16Array): Uint8Array {
  if (HOST_LITTLE_ENDIAN) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = new Uint8Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    bytes[2 * i] = values[i] & 255;
    bytes[2 * i + 1] = values[i] >> 8;
  }
  return bytes;
}
