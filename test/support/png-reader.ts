/** Reads the 8-bit grey PNGs that scripts/sample/png.ts writes: no interlace, filter type 0. */
import { unzlibSync } from "fflate";
import { join } from "./zip-writer.ts";

export function readGreyPng(bytes: Uint8Array): { pixels: Uint8Array; height: number; width: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const data: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const rows = unzlibSync(join(...data));
  const pixels = new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    const start = row * (width + 1);
    if (rows[start] !== 0) throw new Error("the PNG uses row filters");
    pixels.set(rows.subarray(start + 1, start + 1 + width), row * width);
  }
  return { pixels, height, width };
}
