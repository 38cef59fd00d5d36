/** In browsers there is no delegate: a page that wants onnxruntime-web loads it itself. */
import { SpineXRError } from "../../api/errors.ts";
import type { Network } from "../../api/network.ts";

const REASON =
  "In browsers spinexr does not load onnxruntime-web; give it the network yourself, or use Node.";

export const importOrt = async (): Promise<{ reason: string }> => ({ reason: REASON });

/** @throws SpineXRError BACKEND_UNAVAILABLE */
export const loadOrtNetwork = async (_model: Uint8Array, _rejected: unknown): Promise<Network> => {
  throw new SpineXRError("BACKEND_UNAVAILABLE", REASON);
};
