/** Caps on what a file may ask for. Inputs are hostile: every size is checked before it is allocated. */
export interface ImageLimits {
  /** Pixels of one frame. */
  readonly maxPixels: number;
  /** Bytes that a deflated DICOM file may inflate to. */
  readonly maxInflatedBytes: number;
  /** Milliseconds that a codec may take; null: 1 s and 2.5 s per megapixel, at most 20 s. */
  readonly decodeMs: number | null;
}

export const DEFAULT_LIMITS: ImageLimits = {
  maxPixels: 2 ** 26,
  maxInflatedBytes: 2 ** 28,
  decodeMs: null,
};

/** Pixels that a byte of compressed data may stand for, above one megapixel; real pictures stay under a hundred. */
export const MAX_PIXELS_PER_BYTE = 10_000;
