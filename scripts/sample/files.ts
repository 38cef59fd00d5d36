/** The smallest writers that the sample pictures need: 8-bit grey PNG and 12-bit DICOM (explicit little endian). */
import { zlibSync } from "fflate";
import { crc32 } from "../../src/bytes/crc32.ts";
import { latin1 } from "../../test/support/pickle-writer.ts";
import { join, u16, u32 } from "../../test/support/zip-writer.ts";

/** Grey values 0 to 255, row-major. */
export function writePng(grey: ArrayLike<number>, height: number, width: number): Uint8Array {
  const rows = new Uint8Array(height * (width + 1)); // each row begins with its filter type, 0: none
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      rows[row * (width + 1) + 1 + column] = grey[row * width + column]!;
    }
  }
  const header = join(be32(width), be32(height), Uint8Array.of(8, 0, 0, 0, 0));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return join(signature, chunk("IHDR", header), chunk("IDAT", zlibSync(rows, { level: 9 })), chunk("IEND"));
}

function chunk(type: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const body = join(latin1(type), data);
  return join(be32(data.length), body, be32(crc32(body)));
}

const be32 = (value: number): Uint8Array => u32(value).reverse();

/** UIDs under 2.25 (made from UUIDs, PS3.5 B.2), fixed so that the file never changes. */
const STUDY = "2.25.227412013246523318612012893017654829001";
const DIGITAL_XRAY_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";

/** Grey values 0 to 4095, row-major, MONOCHROME2. */
export function writeDicom(grey: ArrayLike<number>, height: number, width: number): Uint8Array {
  const instance = `${STUDY}.1.1`;
  const meta = join(
    element(0x0002, 0x0001, "OB", Uint8Array.of(0, 1)),
    text(0x0002, 0x0002, "UI", DIGITAL_XRAY_FOR_PRESENTATION),
    text(0x0002, 0x0003, "UI", instance),
    text(0x0002, 0x0010, "UI", EXPLICIT_LITTLE_ENDIAN),
    text(0x0002, 0x0012, "UI", `${STUDY}.9`),
  );
  const pixels = new Uint8Array(Uint16Array.from(grey).buffer);
  return join(
    new Uint8Array(128),
    latin1("DICM"),
    element(0x0002, 0x0000, "UL", u32(meta.length)),
    meta,
    text(0x0008, 0x0016, "UI", DIGITAL_XRAY_FOR_PRESENTATION),
    text(0x0008, 0x0018, "UI", instance),
    text(0x0008, 0x0060, "CS", "DX"),
    text(0x0008, 0x103e, "LO", "Drawn phantom, no patient"),
    text(0x0010, 0x0010, "PN", "PHANTOM^DRAWN"),
    text(0x0010, 0x0020, "LO", "PHANTOM"),
    text(0x0018, 0x0015, "CS", "LSPINE"),
    text(0x0018, 0x5101, "CS", "LL"),
    text(0x0020, 0x000d, "UI", STUDY),
    text(0x0020, 0x000e, "UI", `${STUDY}.1`),
    element(0x0028, 0x0002, "US", u16(1)),
    text(0x0028, 0x0004, "CS", "MONOCHROME2"),
    element(0x0028, 0x0010, "US", u16(height)),
    element(0x0028, 0x0011, "US", u16(width)),
    text(0x0028, 0x0030, "DS", "1.0\\1.0"),
    element(0x0028, 0x0100, "US", u16(16)),
    element(0x0028, 0x0101, "US", u16(12)),
    element(0x0028, 0x0102, "US", u16(11)),
    element(0x0028, 0x0103, "US", u16(0)),
    text(0x0028, 0x1050, "DS", "2048"),
    text(0x0028, 0x1051, "DS", "4096"),
    element(0x7fe0, 0x0010, "OW", pixels),
  );
}

/** PS3.5 7.1.2: OB and OW have two reserved bytes and a 32-bit length. Values have an even length. */
function element(group: number, number: number, vr: string, value: Uint8Array): Uint8Array {
  const length = vr === "OB" || vr === "OW" ? join(u16(0), u32(value.length)) : u16(value.length);
  return join(u16(group), u16(number), latin1(vr), length, value);
}

function text(group: number, number: number, vr: string, value: string): Uint8Array {
  const padding = value.length % 2 === 0 ? "" : vr === "UI" ? "\0" : " ";
  return element(group, number, vr, latin1(value + padding));
}
