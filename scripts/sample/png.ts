/** The smallest writer that the golden picture needs: 8-bit grey PNG. */
import { zlibSync } from "fflate";
import { crc32 } from "../../src/bytes/crc32.ts";
import { latin1 } from "../../test/support/pickle-writer.ts";
import { join, u32 } from "../../test/support/zip-writer.ts";

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
