/** Which kernel set: the best that the host has, or the one that was asked for. */
import { SpineXRError } from "../api/errors.ts";

/**
 * @param names what this build has and this host runs, best first
 * @throws SpineXRError BACKEND_UNAVAILABLE when `wanted` is not among them
 */
export function chooseIsa(backend: string, names: readonly string[], wanted: string | undefined): string {
  if (wanted === undefined) return names[0];
  if (names.includes(wanted)) return wanted;
  throw new SpineXRError(
    "BACKEND_UNAVAILABLE",
    `The backend "${backend}" has no kernel set "${wanted}" here; it has: ${names.join(", ")}. Correct or unset SPINEXR_FORCE_ISA.`,
  );
}
