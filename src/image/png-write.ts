/** A minimal PNG writer: 8-bit grey, not filtered. */
import { zlibSync } from "fflate";
import { SpineXRError } from "../api/errors.ts";
import type { GrayImage } from "../backends/core.ts";
import { crc32 } from "../bytes/crc32.ts";
import { PNG_SIGNATURE } from "./png.ts";

/** @throws SpineXRError INVALID_ARGUMENT when the pixels are not height * width */
export function encodePng({ pixels, height, width }: GrayImage): Uint8Array {
  if (pixels.length !== height * width)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected ${height} x ${width} = ${height * width} pixels, found ${pixels.length}.`,
    );
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits; colour type, compression, filter and interlacing stay 0
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const parts = [
    PNG_SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(rows)),
    chunk("IEND", new Uint8Array()),
  ];
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}
