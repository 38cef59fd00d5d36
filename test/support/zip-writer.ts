/** Writes ZIP archives for tests and samples; sizes and names are whatever the caller says. */
import { deflateSync } from "fflate";
import { crc32 } from "../../src/bytes/crc32.ts";

export interface ZipFile {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** What the headers claim instead of the truth. */
  readonly claim?: { readonly size?: number; readonly crc32?: number };
}

/** Offsets of the data are multiples of 64 when `align` is set, as torch.save writes them. */
export function writeZip(
  files: readonly ZipFile[],
  options: { zip64?: boolean; align?: boolean } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    at += part.length;
  };
  for (const { name, data, deflate, claim } of files) {
    const nameBytes = new TextEncoder().encode(name);
    const packed = deflate ? deflateSync(data) : data;
    const size = claim?.size ?? data.length;
    const packedSize = deflate ? packed.length : size;
    const start = at;
    const padding = options.align ? (64 - ((at + 30 + nameBytes.length + 4) % 64)) % 64 : 0;
    const common = (sizes: readonly [number, number], extraLength: number) => [
      u16(20),
      u16(0x800),
      u16(deflate ? 8 : 0),
      u16(0),
      u16(0x21), // 1 January 1980
      u32(claim?.crc32 ?? crc32(data)),
      u32(sizes[0]),
      u32(sizes[1]),
      u16(nameBytes.length),
      u16(extraLength),
    ];
    const filler = options.align
      ? join(u16(0x4246), u16(padding), new Uint8Array(padding))
      : new Uint8Array();
    add(join(u32(0x04034b50), ...common([packedSize, size], filler.length), nameBytes, filler));
    add(packed);
    const extra = options.zip64
      ? join(u16(1), u16(24), u64(size), u64(packedSize), u64(start))
      : new Uint8Array();
    const large = 0xffffffff;
    directory.push(
      join(
        u32(0x02014b50),
        u16(20),
        ...common(options.zip64 ? [large, large] : [packedSize, size], extra.length),
        new Uint8Array(10),
        u32(options.zip64 ? large : start),
        nameBytes,
        extra,
      ),
    );
  }
  const begin = at;
  for (const entry of directory) add(entry);
  const size = at - begin;
  if (options.zip64) {
    const end64 = at;
    const count = u64(files.length);
    add(
      join(u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), count, count, u64(size), u64(begin)),
    );
    add(join(u32(0x07064b50), u32(0), u64(end64), u32(1)));
    add(join(u32(0x06054b50), u32(0), u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff), u16(0)));
  } else {
    add(join(u32(0x06054b50), u32(0), u16(files.length), u16(files.length), u32(size), u32(begin), u16(0)));
  }
  return join(...parts);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Little-endian numbers. */
export const u16 = (value: number): Uint8Array => u64(value).subarray(0, 2);
export const u32 = (value: number): Uint8Array => u64(value).subarray(0, 4);
export const u64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
