/** Inflating with a cap: a kilobyte of deflate can ask for a megabyte. */
import { Inflate } from "fflate";
import { SpineXRError } from "../api/errors.ts";

/** Input handed over per step; deflate expands at most 1032 times, so one step overshoots the cap by 16 MiB. */
const STEP = 16384;

/**
 * A bare deflate stream, inflated.
 * @throws SpineXRError LIMIT_EXCEEDED beyond maxBytes, TRUNCATED_DATA when the stream ends early, DECODE_FAILED when it
 * is damaged
 */
export function inflateCapped(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Inflate();
  stream.ondata = (part) => {
    total += part.length;
    if (total > maxBytes)
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `${bytes.length} deflated bytes inflate to more than the ${maxBytes} that are allowed; ` +
          "the file is damaged or hostile.",
      );
    parts.push(part);
  };
  try {
    for (let at = 0; at < bytes.length || at === 0; at += STEP)
      stream.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  } catch (cause) {
    if (cause instanceof SpineXRError) throw cause;
    const truncated = cause instanceof Error && cause.message === "unexpected EOF";
    throw truncated
      ? new SpineXRError("TRUNCATED_DATA", "The deflated data ends early; the file is cut off.", { cause })
      : new SpineXRError("DECODE_FAILED", "The deflated data is damaged; get the file again.", { cause });
  }
  const result = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
