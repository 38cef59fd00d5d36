/** DICOM RLE (PS3.5 annex G): every byte of every component is a PackBits segment of its own, most significant first. */
import { SpineXRError } from "../../api/errors.ts";
import { bytesPerSample, type Decoded, type StreamInfo } from "./codec.ts";

const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

/** @throws SpineXRError TRUNCATED_DATA, DECODE_FAILED */
export function decodeRle(bytes: Uint8Array, info: StreamInfo): Decoded {
  const width = bytesPerSample(info.bits);
  const pixels = info.width * info.height;
  const segments = info.components * width;
  const offsets = segmentOffsets(bytes, segments);
  const stride = segments;
  const target = new Uint8Array(pixels * stride);
  for (let segment = 0; segment < segments; segment++) {
    const component = Math.floor(segment / width);
    const significance = width - 1 - (segment % width);
    const end = segment + 1 < segments ? offsets[segment + 1] : bytes.length;
    unpack(bytes.subarray(offsets[segment], end), target, component * width + significance, stride, segment);
  }
  return { ...info, planar: false, bytes: target };
}

function segmentOffsets(bytes: Uint8Array, expected: number): number[] {
  if (bytes.length < HEADER_BYTES)
    throw new SpineXRError(
      "TRUNCATED_DATA",
      `An RLE frame starts with ${HEADER_BYTES} bytes of header, found ${bytes.length}.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const count = view.getUint32(0, true);
  if (count !== expected || count > MAX_SEGMENTS)
    throw new SpineXRError(
      "DECODE_FAILED",
      `The RLE frame has ${count} segments; its pixels need ${expected}. The file is damaged.`,
    );
  const offsets = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
  offsets.forEach((offset, i) => {
    if (offset < (i === 0 ? HEADER_BYTES : offsets[i - 1]))
      throw new SpineXRError("DECODE_FAILED", "The RLE frame's segment offsets are out of order.");
    if (offset > bytes.length)
      throw new SpineXRError(
        "TRUNCATED_DATA",
        `RLE segment ${i} starts at byte ${offset} of ${bytes.length}; the file is cut off.`,
      );
  });
  return offsets;
}

/** PackBits. The last run may overshoot by one byte: some writers pad segments before they encode them. */
function unpack(
  source: Uint8Array,
  target: Uint8Array,
  first: number,
  stride: number,
  segment: number,
): void {
  const end = target.length;
  let at = 0;
  let out = first;
  while (out < end) {
    if (at >= source.length) throw ends(segment);
    const control = source[at++];
    if (control === 128) continue;
    const literal = control < 128;
    const count = literal ? control + 1 : 257 - control;
    if (at + (literal ? count : 1) > source.length) throw ends(segment);
    if (out + (count - 2) * stride >= end)
      throw new SpineXRError("DECODE_FAILED", `RLE segment ${segment} holds more pixels than the picture.`);
    const stop = Math.min(out + count * stride, end);
    if (literal) {
      for (let from = at; out < stop; out += stride) target[out] = source[from++];
      at += count;
    } else {
      const value = source[at++];
      for (; out < stop; out += stride) target[out] = value;
    }
  }
}

function ends(segment: number): SpineXRError {
  return new SpineXRError(
    "TRUNCATED_DATA",
    `RLE segment ${segment} ends before the picture is full; the file is cut off or damaged.`,
  );
}
