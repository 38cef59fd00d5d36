/** PALETTE COLOR (DICOM PS3.3 C.7.6.3.1.5 and .6): indices to grey through the luma of each entry. */
import { SpineXRError } from "../../api/errors.ts";
import type { Samples } from "../../backends/core.ts";
import { luma } from "../grey.ts";
import type { DataSet } from "./data-set.ts";
import { invalid } from "./element.ts";
import { TAG } from "./tags.ts";

interface Palette {
  readonly first: number;
  readonly bits: 8 | 16;
  readonly entries: Uint16Array;
}

/** Grey samples of 8 or 16 bits. @throws SpineXRError INVALID_DICOM, UNSUPPORTED_PIXELS */
export function paletteToGrey(
  data: DataSet,
  indices: Samples,
  signed: boolean,
): { samples: Samples; bits: 8 | 16 } {
  const red = readPalette(data, TAG.redDescriptor, TAG.redData, signed);
  const green = readPalette(data, TAG.greenDescriptor, TAG.greenData, signed);
  const blue = readPalette(data, TAG.blueDescriptor, TAG.blueData, signed);
  const { first, bits, entries } = red;
  if (
    green.entries.length !== entries.length ||
    blue.entries.length !== entries.length ||
    green.bits !== bits ||
    blue.bits !== bits
  )
    throw invalid("the three colour palettes differ in size");
  const grey = entries.map((value, i) => luma(value, green.entries[i], blue.entries[i]));
  const samples = bits === 8 ? new Uint8Array(indices.length) : new Uint16Array(indices.length);
  const last = grey.length - 1;
  for (let i = 0; i < indices.length; i++) samples[i] = grey[Math.min(last, Math.max(0, indices[i] - first))];
  return { samples, bits };
}

function readPalette(data: DataSet, descriptorTag: number, dataTag: number, signed: boolean): Palette {
  const [count, first, bits] = data.words(descriptorTag);
  if (!data.has(dataTag) && data.has(descriptorTag))
    throw new SpineXRError("UNSUPPORTED_PIXELS", "Segmented colour palettes cannot be read.");
  if (bits !== 8 && bits !== 16) throw invalid("a colour palette is missing or has neither 8 nor 16 bits");
  const size = count || 65536;
  const words = data.words(dataTag);
  const offset = signed ? (first << 16) >> 16 : first;
  if (words.length >= size) return { first: offset, bits, entries: Uint16Array.from(words.slice(0, size)) };
  // 8-bit entries may also be packed two to a word, the earlier one in the low byte.
  if (bits === 8 && words.length * 2 >= size)
    return {
      first: offset,
      bits,
      entries: Uint16Array.from({ length: size }, (_, i) => (words[i >> 1] >> (8 * (i & 1))) & 0xff),
    };
  throw invalid(`a colour palette has ${words.length} of ${size} entries`);
}
