/** readImage(): whatever the caller has to a Radiograph. */
import type { Radiograph } from "../image/radiograph.ts";
import { type RawFormat, readRadiograph } from "../image/read.ts";
import { drawnPixels } from "../platform/drawn.ts";
import { type ByteSource, readBytes } from "../platform/files.ts";
import { type Check, checkOptions, isBoolean, isInteger, isObject, isSignal } from "./options.ts";

export interface ReadImageOptions {
  /** 0-based frame of a multi-frame file. Default 0. */
  readonly frame?: number;
  /** Says that the bytes are bare samples, row-major little endian, and how to read them. */
  readonly raw?: RawFormat;
  /** In browsers: false reads on the thread that calls. Compressed pictures have a thread of their own everywhere. Default true. */
  readonly worker?: boolean;
  readonly signal?: AbortSignal;
}

/** Pixels as canvas hands them out: RGBA, 8 bits. */
export interface ImageDataLike {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** What a page draws on, in browsers. */
export type Drawn = ImageBitmap | HTMLCanvasElement | OffscreenCanvas;

/** What readImage() takes. */
export type ImageSource = ByteSource | ImageDataLike | Drawn;

const CHECKS: Readonly<Record<string, Check>> = {
  frame: isInteger(0, 65535),
  worker: isBoolean,
  raw: isObject,
  signal: isSignal,
};

/**
 * Reads a DICOM, PNG or JPEG picture, ImageData, or raw samples. The format is recognised by content, never by name.
 * Node: yes. Browser: yes.
 * @param source path, URL, Blob, bytes or ImageData; in browsers also ImageBitmap and canvas
 * @throws SpineXRError with a code that says what is wrong with the file
 */
export async function readImage(source: ImageSource, options: ReadImageOptions = {}): Promise<Radiograph> {
  checkOptions("readImage", options, CHECKS);
  const shown = drawnPixels(source) ?? source;
  if (isImageData(shown)) {
    const { width, height, data } = shown;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return readRadiograph(bytes, { signal: options.signal, raw: { width, height, bits: 8, channels: 4 } });
  }
  const bytes = await readBytes(shown as ByteSource, { signal: options.signal });
  return readRadiograph(bytes, options);
}

function isImageData(source: ImageSource): source is ImageDataLike {
  return typeof source === "object" && source !== null && "width" in source && "data" in source;
}
