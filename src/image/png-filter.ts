/** Undoing PNG's row filters (ISO/IEC 15948 clause 9). */
import { SpineXRError } from "../api/errors.ts";

/**
 * `filtered` holds one filter byte and rowBytes of data per row; the result only the data. `pixelBytes`: distance to
 * the byte "on the left".
 * @throws SpineXRError INVALID_PNG for an unknown filter
 */
export function unfilter(
  filtered: Uint8Array,
  height: number,
  rowBytes: number,
  pixelBytes: number,
): Uint8Array {
  const rows = new Uint8Array(rowBytes * height);
  let above = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes);
    row.set(filtered.subarray(from + 1, from + 1 + rowBytes));
    undo(filtered[from], row, above, pixelBytes);
    above = row;
  }
  return rows;
}

function undo(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const length = row.length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let x = step; x < length; x++) row[x] += row[x - step];
      return;
    case 2:
      for (let x = 0; x < length; x++) row[x] += above[x];
      return;
    case 3:
      for (let x = 0; x < length; x++) row[x] += ((x < step ? 0 : row[x - step]) + above[x]) >> 1;
      return;
    case 4:
      for (let x = 0; x < length; x++)
        row[x] += x < step ? above[x] : paeth(row[x - step], above[x], above[x - step]);
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
