/** Inflating beside the event loop, on a thread of the platform. */
import { inflateRaw } from "node:zlib";
import { SpineXRError } from "../api/errors.ts";

/**
 * Inflates a bare deflate stream; bytes behind its end are ignored.
 * @throws SpineXRError LIMIT_EXCEEDED beyond maxBytes (1 or more), TRUNCATED_DATA when the stream ends early, DECODE_FAILED
 * when it is damaged
 */
export function inflateBeside(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  // Outputs are joined in the end: pieces that are few, and not larger than small pictures.
  const options = { maxOutputLength: maxBytes, chunkSize: 2 ** 20 };
  return new Promise((resolve, reject) => {
    inflateRaw(bytes, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(failure(error, bytes.length, maxBytes));
    });
  });
}

function failure(cause: NodeJS.ErrnoException, length: number, maxBytes: number): SpineXRError {
  if (cause.code === "ERR_BUFFER_TOO_LARGE")
    return new SpineXRError(
      "LIMIT_EXCEEDED",
      `${length} deflated bytes inflate to more than the ${maxBytes} that are allowed; the file is damaged or hostile.`,
    );
  return cause.code === "Z_BUF_ERROR"
    ? new SpineXRError("TRUNCATED_DATA", "The deflated data ends early; the file is cut off.", { cause })
    : new SpineXRError("DECODE_FAILED", "The deflated data is damaged; get the file again.", { cause });
}
