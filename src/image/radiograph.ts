/** A decoded picture before any display conversion: stored samples plus what they mean. */
import type { Samples, Voi } from "../backends/core.ts";

export interface Radiograph {
  /** What the file was. */
  readonly format: "dicom" | "png" | "jpeg" | "raw";
  readonly width: number;
  readonly height: number;
  /** Grey, row-major, height * width. Colour sources are already grey (src/image/README.md has the rule). */
  readonly samples: Samples;
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly monochrome1: boolean;
  readonly voi: Voi;
  /** 0-based frame of a multi-frame file, and how many there are. */
  readonly frame: number;
  readonly frameCount: number;
  /** Technical facts that are not patient data: transfer syntax UID, photometric interpretation, modality, body part, view, spacing. */
  readonly source: {
    readonly transferSyntax?: string;
    readonly photometric?: string;
    readonly modality?: string;
    readonly bodyPart?: string;
    readonly viewPosition?: string;
    readonly pixelSpacing?: readonly [number, number];
  };
  /** Things a reader should know: "file has no meta header: read as implicit little endian". */
  readonly warnings: readonly string[];
  /** sha256 of the samples as int32 little endian, row-major, hex: identifies the pixels in a report. */
  readonly sha256: string;
  /** When decoding began, in milliseconds on the clock of performance.now(). */
  readonly decodeStart: number;
  /** Milliseconds spent decoding. */
  readonly decodeMs: number;
}
