/** Errors as sentences with their code. The engine's messages never name patients. */
import type { Failure } from "../state/app.ts";

export function toFailure(error: unknown): Failure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "INTERNAL",
    message:
      typeof message === "string" && message !== "" ? message : "Something went wrong that has no name.",
  };
}

export const isAborted = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === "ABORTED";

/** The engine may be gone with this: it is loaded again before anything else is asked of it. */
export const isFatal = (error: unknown): boolean =>
  ["INTERNAL", "DISPOSED", "DEVICE_LOST"].includes(toFailure(error).code);
