/**
 * Reads ZIP archives from memory (PKWARE APPNOTE 6.3: stored and deflated entries, zip64). Entries are looked up in
 * the central directory and checked against their local headers; nothing is allocated before its size has been
 * checked, and nothing is ever written anywhere.
 */
import { type ErrorCode, SpineXRError } from "../../api/errors.ts";
import { crc32 } from "../../bytes/crc32.ts";
import { inflateCapped } from "../../bytes/inflate.ts";

export interface ZipOptions {
  /** Begins the messages: "The checkpoint", "The model package". */
  readonly what: string;
  /** Code of the errors thrown for a malformed archive. */
  readonly code: ErrorCode;
  /** Largest size of one entry after inflation, in bytes. */
  readonly maxEntrySize?: number;
  readonly maxEntries?: number;
}

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly compressedSize: number;
  /** Size after inflation, in bytes. */
  readonly size: number;
  readonly crc32: number;
  /** Where the (compressed) data begin in the archive. */
  readonly offset: number;
}

export interface ZipArchive {
  /** Files only, in the order of the central directory. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** The bytes of one file, CRC checked; a view into the archive when the entry is stored. */
  read(name: string): Uint8Array;
}

const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const END64_SIZE = 56;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
/** No DEFLATE stream expands by more than this (RFC 1951: 258 bytes from a length/distance pair of 2 bits). */
const MAX_DEFLATE_RATIO = 1032;
const MASK32 = 0xffffffff;

/**
 * Parses the directory of a ZIP archive.
 *
 * Throws `options.code` for anything malformed, encrypted, overlapping, duplicated or with a path that leaves the
 * archive, and LIMIT_EXCEEDED for entries that are too large or too many.
 */
export function openZip(bytes: Uint8Array, options: ZipOptions): ZipArchive {
  const fail = (found: string): never => {
    throw new SpineXRError(options.code, `${options.what} should be a ZIP archive, but ${found}.`);
  };
  const limit = (found: string): never => {
    throw new SpineXRError("LIMIT_EXCEEDED", `${options.what} ${found}.`);
  };
  const maxEntrySize = options.maxEntrySize ?? 2 ** 32;
  const maxEntries = options.maxEntries ?? 65536;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = findDirectory(view, fail);
  if (directory.count > maxEntries) {
    limit(`has ${directory.count} entries; at most ${maxEntries} are read`);
  }

  const entries = new Map<string, ZipEntry>();
  let at = directory.offset;
  for (let index = 0; index < directory.count; index++) {
    if (at + CENTRAL_SIZE > directory.end || view.getUint32(at, true) !== 0x02014b50) {
      fail(`entry ${index} of its directory is missing or damaged; the file may be truncated`);
    }
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + CENTRAL_SIZE + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > directory.end) fail(`entry ${index} of its directory runs past the directory's end`);
    const nameBytes = bytes.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength);
    const name = checkedName(nameBytes, fail);
    const extra = new DataView(view.buffer, view.byteOffset + at + CENTRAL_SIZE + nameLength, extraLength);
    const crc = view.getUint32(at + 16, true);
    const sizes = readSizes(view, at, extra, () => fail(`the zip64 sizes of "${name}" are damaged`));
    at = next;
    if (name.endsWith("/")) continue;
    if (flags & 1) fail(`"${name}" is encrypted; save it without a password`);
    if (method !== 0 && method !== 8) {
      fail(`"${name}" uses compression method ${method}; only stored (0) and deflated (8) are read`);
    }
    if (entries.has(name)) fail(`"${name}" occurs twice`);
    if (sizes.size > maxEntrySize) {
      limit(`claims ${sizes.size} bytes for "${name}"; at most ${maxEntrySize} are read`);
    }
    if (method === 0 && sizes.compressedSize !== sizes.size) {
      fail(`the stored entry "${name}" claims two different sizes`);
    }
    if (method === 8 && sizes.size > sizes.compressedSize * MAX_DEFLATE_RATIO) {
      limit(
        `claims ${sizes.size} bytes for "${name}", more than ${sizes.compressedSize} bytes can inflate to`,
      );
    }
    entries.set(name, {
      name,
      deflated: method === 8,
      compressedSize: sizes.compressedSize,
      size: sizes.size,
      crc32: crc,
      offset: dataOffset(view, sizes.localOffset, nameBytes, directory.offset, sizes.compressedSize, () =>
        fail(`"${name}" does not lie where the directory says; the file may be truncated`),
      ),
    });
  }
  refuseOverlap([...entries.values()], fail);

  const verified = new Set<string>();
  return {
    entries,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return fail(`it has no entry "${name}"`);
      const packed = bytes.subarray(entry.offset, entry.offset + entry.compressedSize);
      const data = entry.deflated ? inflate(packed, entry.size, (why) => fail(`"${name}" ${why}`)) : packed;
      if (!verified.has(name)) {
        if (crc32(data) !== entry.crc32) {
          fail(`the checksum of "${name}" is wrong; the file is damaged, fetch or copy it again`);
        }
        verified.add(name);
      }
      return data;
    },
  };
}

type Fail = (found: string) => never;

/** Finds the end record (and its zip64 twin) from the back, where a comment of up to 65,535 bytes may follow it. */
function findDirectory(view: DataView, fail: Fail): { offset: number; end: number; count: number } {
  const length = view.byteLength;
  const lowest = Math.max(0, length - END_SIZE - 0xffff);
  for (let at = length - END_SIZE; at >= lowest; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + END_SIZE + view.getUint16(at + 20, true) !== length) continue;
    let count = view.getUint16(at + 10, true);
    let size = view.getUint32(at + 12, true);
    let offset = view.getUint32(at + 16, true);
    let diskCount = view.getUint16(at + 8, true);
    let limit = at;
    if (at >= LOCATOR_SIZE && view.getUint32(at - LOCATOR_SIZE, true) === 0x07064b50) {
      const at64 = Number(view.getBigUint64(at - LOCATOR_SIZE + 8, true));
      if (at64 + END64_SIZE > at || view.getUint32(at64, true) !== 0x06064b50) {
        fail("its zip64 end record is damaged");
      }
      diskCount = Number(view.getBigUint64(at64 + 24, true));
      count = Number(view.getBigUint64(at64 + 32, true));
      size = Number(view.getBigUint64(at64 + 40, true));
      offset = Number(view.getBigUint64(at64 + 48, true));
      limit = at64;
    }
    if (diskCount !== count) fail("it is one part of a split archive; join the parts first");
    if (offset + size > limit) fail("its directory lies outside the file; the file may be truncated");
    if (count * CENTRAL_SIZE > size) fail(`its directory is too small for the ${count} entries it claims`);
    return { offset, end: offset + size, count };
  }
  return fail("it has no directory at its end; the file may be truncated");
}

/** Sizes and local header offset of a central entry; fields of 0xFFFFFFFF are found in the zip64 extra field. */
function readSizes(view: DataView, at: number, extra: DataView, damaged: () => never) {
  let compressedSize = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let localOffset = view.getUint32(at + 42, true);
  for (let i = 0; i + 4 <= extra.byteLength; ) {
    const id = extra.getUint16(i, true);
    const end = i + 4 + extra.getUint16(i + 2, true);
    if (end > extra.byteLength) break;
    if (id === 1) {
      let field = i + 4;
      const take = (): number => {
        if (field + 8 > end) damaged();
        field += 8;
        return Number(extra.getBigUint64(field - 8, true));
      };
      if (size === MASK32) size = take();
      if (compressedSize === MASK32) compressedSize = take();
      if (localOffset === MASK32) localOffset = take();
    }
    i = end;
  }
  return { compressedSize, size, localOffset };
}

function checkedName(bytes: Uint8Array, fail: Fail): string {
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("the name of an entry is not UTF-8");
  }
  if (!isInsidePath(name.replace(/\/$/, ""))) {
    fail(`the entry name ${JSON.stringify(name.slice(0, 80))} is not a plain relative path`);
  }
  return name;
}

/** True for "a", "a/b.onnx": relative, forward slashes, no empty, "." or ".." part, no drive, no control character. */
export function isInsidePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (path.length === 0 || path.length > 1024 || /[\\:\u0000-\u001f\u007f]/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function dataOffset(
  view: DataView,
  local: number,
  name: Uint8Array,
  limit: number,
  compressedSize: number,
  fail: () => never,
): number {
  if (local + LOCAL_SIZE > limit || view.getUint32(local, true) !== 0x04034b50) fail();
  const nameLength = view.getUint16(local + 26, true);
  const start = local + LOCAL_SIZE + nameLength + view.getUint16(local + 28, true);
  if (nameLength !== name.length || start + compressedSize > limit) fail();
  for (let i = 0; i < name.length; i++) if (view.getUint8(local + LOCAL_SIZE + i) !== name[i]) fail();
  return start;
}

/** Entries that share bytes are how small archives claim to hold petabytes. */
function refuseOverlap(entries: ZipEntry[], fail: Fail): void {
  entries.sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < entries.length; i++) {
    const before = entries[i - 1]!;
    if (before.offset + before.compressedSize > entries[i]!.offset) {
      fail(`the data of "${before.name}" and "${entries[i]!.name}" overlap`);
    }
  }
}

/** Inflates to exactly `size` bytes and stops as soon as the stream gives more. */
function inflate(packed: Uint8Array, size: number, fail: Fail): Uint8Array {
  let data: Uint8Array;
  try {
    data = inflateCapped(packed, size);
  } catch (cause) {
    if (!(cause instanceof SpineXRError)) throw cause;
    return fail(
      cause.code === "LIMIT_EXCEEDED"
        ? `inflates to more than the ${size} bytes it claims`
        : "is not a whole DEFLATE stream",
    );
  }
  return data.length === size ? data : fail(`inflates to ${data.length} bytes instead of ${size}`);
}
