/** PNG (ISO/IEC 15948) of every depth and colour type, not interlaced, to grey samples. Alpha is ignored. */
import { SpineXRError } from "../api/errors.ts";
import type { Samples } from "../backends/core.ts";
import { crc32 } from "../bytes/crc32.ts";
import { inflateBeside } from "../platform/inflate.ts";
import { luma, rgbToGrey } from "./grey.ts";
import type { ImageLimits } from "./limits.ts";
import { type Picture, plainPicture } from "./picture.ts";
import { unfilter } from "./png-filter.ts";

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: ColourType;
}

const COLOUR = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;
type ColourType = (typeof COLOUR)[keyof typeof COLOUR];

const CHANNELS: Readonly<Record<ColourType, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<ColourType, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** @throws SpineXRError INVALID_PNG, TRUNCATED_DATA, UNSUPPORTED_PIXELS, LIMIT_EXCEEDED, DECODE_FAILED */
export async function readPng(bytes: Uint8Array, limits: ImageLimits): Promise<Picture> {
  let header: Header | null = null;
  let palette: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  for (const { type, content } of chunks(bytes)) {
    if (header === null && type !== "IHDR") throw invalid(`its first chunk is ${type}, expected IHDR`);
    if (type === "IHDR") header = readHeader(content, limits);
    else if (type === "PLTE") palette = content;
    else if (type === "IDAT") data.push(content);
  }
  if (header === null || data.length === 0) throw invalid("it holds no picture");
  const { width, height, depth, colour } = header;
  const rowBytes = Math.ceil((width * depth * CHANNELS[colour]) / 8);
  const filtered = await inflateRows(data, (rowBytes + 1) * height);
  const rows = await unfilter(filtered, height, rowBytes, Math.max(1, (depth * CHANNELS[colour]) >> 3));
  const samples = unpack(rows, header, rowBytes);
  const warnings =
    colour === COLOUR.rgb || colour === COLOUR.rgba || colour === COLOUR.palette
      ? ["Colour was converted to grey by luma."]
      : [];
  const grey = toGrey(samples, colour, palette);
  const bitsStored = colour === COLOUR.palette ? 8 : depth;
  return plainPicture("png", { width, height, samples: grey, bitsStored, warnings });
}

function* chunks(bytes: Uint8Array): Generator<{ type: string; content: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = PNG_SIGNATURE.length;
  for (;;) {
    if (at + 12 > bytes.length) throw cutOff("before its end chunk");
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw cutOff(`inside the chunk at byte ${at}`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw invalid(`the checksum of the chunk at byte ${at} is wrong`);
    if (type === "IEND") return;
    yield { type, content: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function readHeader(content: Uint8Array, limits: ImageLimits): Header {
  if (content.length !== 13) throw invalid("its header chunk does not have 13 bytes");
  const view = new DataView(content.buffer, content.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, compression, filter, interlace] = content.subarray(8);
  const colour = type as ColourType;
  if (width === 0 || height === 0) throw invalid(`it is ${width} x ${height} pixels`);
  if (!DEPTHS[colour]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1)
    throw invalid(`colour type ${type} with ${depth} bits does not exist`);
  if (interlace === 1)
    throw new SpineXRError(
      "UNSUPPORTED_PIXELS",
      "Interlaced PNG cannot be read; save it without interlacing.",
    );
  if (width * height > limits.maxPixels)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `The picture claims ${width} x ${height} pixels; at most ${limits.maxPixels} are allowed.`,
    );
  return { width, height, depth, colour };
}

async function inflateRows(data: readonly Uint8Array[], expected: number): Promise<Uint8Array> {
  const joined = data.length === 1 ? data[0]! : concatenated(data);
  // The header of zlib (RFC 1950): deflate, no dictionary, its check bits. Each chunk had a checksum of its own.
  if (joined.length < 2) throw cutOff("inside its pixel data");
  const [method, flags] = joined as unknown as [number, number];
  if ((method & 15) !== 8 || method >> 4 > 7 || (flags & 32) !== 0 || ((method << 8) | flags) % 31 !== 0)
    throw new SpineXRError("DECODE_FAILED", "The deflated data is damaged; get the file again.");
  const rows = await inflateBeside(joined.subarray(2), expected);
  if (rows.length < expected) throw cutOff(`${expected - rows.length} bytes before its last row is full`);
  return rows;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Interleaved samples: u8 up to 8 bits, u16 for 16 (big endian in the file). */
function unpack(rows: Uint8Array, header: Header, rowBytes: number): Uint8Array | Uint16Array {
  const { width, height, depth, colour } = header;
  if (depth === 8) return rows;
  if (depth === 16) {
    const samples = new Uint16Array(rows.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = (rows[2 * i]! << 8) | rows[2 * i + 1]!;
    return samples;
  }
  const count = width * CHANNELS[colour];
  const samples = new Uint8Array(count * height);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < count; x++) {
      const bit = x * depth;
      samples[y * count + x] = (rows[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  return samples;
}

function toGrey(samples: Uint8Array | Uint16Array, colour: ColourType, palette: Uint8Array | null): Samples {
  const channels = CHANNELS[colour];
  if (colour === COLOUR.grey) return samples;
  if (colour === COLOUR.palette) return paletteToGrey(samples, palette);
  if (colour === COLOUR.greyAlpha) return samples.filter((_, i) => i % 2 === 0);
  return rgbToGrey(samples, { channels, planar: false });
}

function paletteToGrey(indices: Uint8Array | Uint16Array, palette: Uint8Array | null): Uint8Array {
  if (palette === null) throw invalid("it lacks its colour palette");
  const entries = Math.floor(palette.length / 3);
  const grey = Uint8Array.from({ length: entries }, (_, i) =>
    luma(palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]),
  );
  return Uint8Array.from(indices, (index) => {
    if (index >= entries) throw invalid("a pixel lies outside its colour palette");
    return grey[index];
  });
}

function invalid(what: string): SpineXRError {
  return new SpineXRError("INVALID_PNG", `Not a readable PNG file: ${what}.`);
}

function cutOff(where: string): SpineXRError {
  return new SpineXRError("TRUNCATED_DATA", `The PNG file is cut off ${where}.`);
}
