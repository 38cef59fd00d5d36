/** Pixels of what a page draws on. */

/** Those of a canvas or ImageBitmap; null for anything else. Throws the browser's SecurityError for a tainted canvas. */
export function drawnPixels(source: unknown): ImageData | null {
  if (!isDrawn(source)) return null;
  const { width, height } = source;
  if (width === 0 || height === 0) return null;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

const isDrawn = (source: unknown): source is ImageBitmap | HTMLCanvasElement | OffscreenCanvas =>
  source instanceof ImageBitmap ||
  source instanceof OffscreenCanvas ||
  (typeof HTMLCanvasElement !== "undefined" && source instanceof HTMLCanvasElement);
