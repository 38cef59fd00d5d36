/** Pixels of what a page draws on. */

/** null: in Node there are no canvases. */
export const drawnPixels = (_source: unknown): ImageData | null => null;
