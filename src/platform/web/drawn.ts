/** Pixels of what a page draws on. */
import { SpineXRError } from "../../api/errors.ts";

/**
 * Those of a canvas or ImageBitmap; null for anything else.
 * @throws SpineXRError FILE_UNREADABLE where the browser hides pixels from other origins, LIMIT_EXCEEDED
 */
export function drawnPixels(source: unknown): ImageData | null {
  if (!isDrawn(source)) return null;
  const { width, height } = source;
  if (width === 0 || height === 0) return null;
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw unreadable(cause as DOMException, `${width} x ${height}`);
  }
}

function unreadable(cause: DOMException, size: string): SpineXRError {
  if (cause.name === "SecurityError")
    return new SpineXRError(
      "FILE_UNREADABLE",
      "The canvas or ImageBitmap holds pixels of another origin, which the browser hides; draw pictures that were fetched with CORS.",
      { cause },
    );
  return new SpineXRError(
    "LIMIT_EXCEEDED",
    `The browser does not hand out the pixels of a canvas or ImageBitmap of ${size} (${cause.message}); use a smaller one, or the picture's file.`,
    { cause },
  );
}

const isDrawn = (source: unknown): source is ImageBitmap | HTMLCanvasElement | OffscreenCanvas =>
  source instanceof ImageBitmap ||
  source instanceof OffscreenCanvas ||
  (typeof HTMLCanvasElement !== "undefined" && source instanceof HTMLCanvasElement);
