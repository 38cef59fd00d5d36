/** Undoing PNG's row filters (ISO/IEC 15948 clause 9). */
import { SpineXRError } from "../api/errors.ts";
import { pause } from "../platform/pause.ts";

/** Bytes unfiltered at a time: a few milliseconds of the event loop. */
const AT_ONCE = 2 ** 20;

/**
 * `filtered` holds one filter byte and rowBytes of data per row; the result only the data. `pixelBytes`: distance to
 * the byte "on the left".
 * @throws SpineXRError INVALID_PNG for an unknown filter
 */
export async function unfilter(
  filtered: Uint8Array,
  height: number,
  rowBytes: number,
  pixelBytes: number,
): Promise<Uint8Array> {
  const rows = new Uint8Array(rowBytes * height);
  // What lies above the first row is 0.
  let above: Uint8Array = new Uint8Array(rowBytes);
  let since = 0;
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const data = filtered.subarray(from + 1, from + 1 + rowBytes);
    const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes);
    undo(filtered[from]!, data, row, above, pixelBytes);
    above = row;
    since += rowBytes;
    if (since >= AT_ONCE) {
      since = 0;
      await pause();
    }
  }
  return rows;
}

function undo(filter: number, data: Uint8Array, row: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, row.length);
  switch (filter) {
    case 0:
      row.set(data);
      return;
    case 1:
      for (let x = 0; x < first; x++) row[x] = data[x]!;
      for (let x = step; x < row.length; x++) row[x] = data[x]! + row[x - step]!;
      return;
    case 2:
      for (let x = 0; x < row.length; x++) row[x] = data[x]! + above[x]!;
      return;
    case 3:
      for (let x = 0; x < first; x++) row[x] = data[x]! + (above[x]! >> 1);
      for (let x = step; x < row.length; x++) row[x] = data[x]! + ((row[x - step]! + above[x]!) >> 1);
      return;
    case 4:
      for (let x = 0; x < first; x++) row[x] = data[x]! + above[x]!;
      for (let x = step; x < row.length; x++)
        row[x] = data[x]! + paeth(row[x - step]!, above[x]!, above[x - step]!);
      return;
    default:
      throw new SpineXRError("INVALID_PNG", `Not a readable PNG file: row filter ${filter} does not exist.`);
  }
}

/** Of left, above and above left the one nearest to left + above - above left. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}
