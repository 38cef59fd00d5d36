/** The addon's errors as ours. */
import { type ErrorCode, SpineXRError } from "../../api/errors.ts";

/** The addon's errors carry one of our codes; anything else is a defect. */
function asSpineXRError(error: unknown): SpineXRError {
  if (error instanceof SpineXRError) return error;
  const { code = "INTERNAL", message = String(error) } = error as { code?: ErrorCode; message?: string };
  return new SpineXRError(code, message);
}

export function coded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asSpineXRError(error);
  }
}

export async function codedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asSpineXRError(error);
  }
}
