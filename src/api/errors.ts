/**
 * The one error type of the package.
 *
 * `code` is stable: it never changes meaning and is safe to switch on. `message` is a sentence that says what
 * was expected, what was found and what to do. `cause` keeps the underlying error. Messages never contain
 * patient data.
 */
export type ErrorCode =
  | "INVALID_ARGUMENT" // an option or argument has the wrong type, range or name
  | "DISPOSED" // the object was used after dispose()
  | "ABORTED" // the caller's AbortSignal fired
  | "FILE_NOT_FOUND"
  | "FILE_UNREADABLE"
  | "FILE_CHANGED" // a network's file was written to while weights in it were still needed
  | "UNSUPPORTED_FORMAT" // neither DICOM nor PNG nor JPEG nor what the caller said it was
  | "INVALID_DICOM"
  | "UNSUPPORTED_TRANSFER_SYNTAX"
  | "NO_PIXEL_DATA"
  | "UNSUPPORTED_PIXELS" // colour space, bit depth or VOI function outside the contract
  | "TRUNCATED_DATA" // fewer bytes than the header promises
  | "LIMIT_EXCEEDED" // a size, depth, time or memory cap
  | "DECODE_FAILED" // a codec refused the stream, or its answer contradicts the header
  | "INVALID_PNG"
  | "INVALID_JPEG"
  | "INVALID_CHECKPOINT"
  | "FORBIDDEN_PICKLE" // a checkpoint asks for a class or opcode outside the allow-list
  | "INVALID_PACKAGE" // model.json is not what the schema says
  | "HASH_MISMATCH"
  | "MODEL_NOT_FOUND"
  | "INVALID_ONNX"
  | "UNSUPPORTED_OPERATOR"
  | "SHAPE_MISMATCH"
  | "INVALID_ALGORITHM" // the option "algorithms" names no convolution, or what may not compute it
  | "INVALID_PLAN"
  | "BACKEND_UNAVAILABLE"
  | "OUT_OF_MEMORY"
  | "DEVICE_LOST" // a GPU stopped working for this process; other backends go on
  | "SELF_TEST_FAILED"
  | "INTERNAL";

export class SpineXRError extends Error {
  override readonly name = "SpineXRError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws `ABORTED` when the signal has fired. Call it between steps of anything long. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new SpineXRError("ABORTED", "The operation was cancelled by its AbortSignal.", {
      cause: signal.reason,
    });
  }
}
