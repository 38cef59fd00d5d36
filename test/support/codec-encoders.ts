/** The encoders of the codec packages, which the product does not load. */
import { createRequire } from "node:module";

export interface EncodedFrame {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly components: number;
  readonly signed: boolean;
}

interface Encoder {
  getDecodedBuffer(info: unknown): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  delete(): void;
  setInterleaveMode?(mode: number): void;
  setProgressive?(progressive: boolean): void;
  setTileSize?(size: { width: number; height: number }): void;
}

const ENCODERS = {
  jpeg: ["codec-libjpeg-turbo-8bit", "JPEGEncoder"],
  "jpeg-ls": ["codec-charls", "JpegLSEncoder"],
  "jpeg-2000": ["codec-openjpeg", "J2KEncoder"],
  htj2k: ["codec-openjph", "HTJ2KEncoder"],
} as const;

const require = createRequire(import.meta.url);

/** samples: interleaved, little endian, one byte up to 8 bits, else two. `prepare` may set options of the encoder. */
export async function encodeFrame(
  codec: keyof typeof ENCODERS,
  frame: EncodedFrame,
  samples: Uint8Array,
  prepare: (encoder: Encoder) => void = () => {},
): Promise<Uint8Array> {
  const [name, type] = ENCODERS[codec];
  const factory = require(`@cornerstonejs/${name}/wasmjs`);
  const silent = () => {};
  const module = (await factory({ print: silent, printErr: silent })) as Record<string, new () => Encoder>;
  const encoder = new module[type]();
  encoder.setProgressive?.(false);
  if (frame.components > 1) encoder.setInterleaveMode?.(2); // JPEG-LS: pixel by pixel
  prepare(encoder);
  encoder
    .getDecodedBuffer({
      width: frame.width,
      height: frame.height,
      bitsPerSample: frame.bits,
      componentCount: frame.components,
      isSigned: frame.signed,
      isUsingColorTransform: false,
    })
    .set(samples);
  encoder.encode();
  const encoded = encoder.getEncodedBuffer().slice();
  encoder.delete();
  return encoded;
}
