/** Structs of engine.h in linear memory; wasm/exports.cpp asserts the offsets. */
import type { Voi } from "../core.ts";
import type { ImageInputSpec } from "../driver.ts";

export const VOI_BYTES = 64;

const FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID", "UNKNOWN"] as const;
const NONE = 0;
const WINDOW = 1;
const LUT = 2;

/** Fills the spx_voi at `pointer`; `lut` is where the caller has put the entries. */
export function writeVoi(view: DataView, pointer: number, voi: Voi, lut: number): void {
  const word = (offset: number, value: number): void => view.setInt32(pointer + offset, value, true);
  const double = (offset: number, value: number): void => view.setFloat64(pointer + offset, value, true);
  const window = voi.kind === "window" ? voi : null;
  const table = voi.kind === "lut" ? voi : null;
  word(0, window !== null ? WINDOW : table !== null ? LUT : NONE);
  word(4, window === null ? 0 : FUNCTIONS.indexOf(window.function));
  double(8, window?.center ?? 0);
  double(16, window?.width ?? 0);
  double(24, window?.rescale?.slope ?? 1);
  double(32, window?.rescale?.intercept ?? 0);
  word(40, window?.rescale ? 1 : 0);
  word(44, table?.first ?? 0);
  word(48, table?.entries.length ?? 0);
  word(52, table?.bits ?? 0);
  word(56, table === null ? 0 : lut);
}

export const IMAGE_INPUT_BYTES = 44;

/** Fills the spx_image_input at `pointer`; `tensor` is where the result goes. */
export function writeImageInput(
  view: DataView,
  pointer: number,
  input: ImageInputSpec,
  tensor: number,
): void {
  const { height, width, paddedHeight, paddedWidth, mean, std } = input;
  for (const [i, value] of [height, width, paddedHeight, paddedWidth].entries())
    view.setInt32(pointer + 4 * i, value, true);
  for (const [i, value] of [...mean, ...std].entries()) view.setFloat32(pointer + 16 + 4 * i, value, true);
  view.setInt32(pointer + 40, tensor, true);
}
