/** What went wrong beside or inside the core, as it goes to whoever asked. */
import { SpineXRError } from "../../api/errors.ts";
import type { Failure } from "./messages.ts";

/** A trap is fatal: nothing the module holds can be trusted any more. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SpineXRError) return { code: error.code, message: error.message, fatal: false };
  if (error instanceof RangeError)
    return {
      code: "OUT_OF_MEMORY",
      message: `The WebAssembly worker ran out of memory (${error.message}); use a smaller input.`,
      fatal: false,
    };
  return {
    code: "INTERNAL",
    message: `The WebAssembly core failed (${(error as Error).message}); open the backend again and report this.`,
    fatal: true,
  };
}
