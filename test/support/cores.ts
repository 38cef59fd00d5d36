/** The backends that run here, for tests that hold all of them to the same pixels. */
import { SpineXRError } from "../../src/api/errors.ts";
import type { BackendInstance } from "../../src/backends/backend.ts";
import { openBackend } from "../../src/backends/select.ts";
import { skip } from "../shim.ts";

export const BACKEND_NAMES = ["cpu", "wasm"] as const;

/** Opens a backend for one test; skips it where the backend has not been built. */
export async function withBackend<T>(
  name: (typeof BACKEND_NAMES)[number],
  use: (instance: BackendInstance) => Promise<T>,
): Promise<T> {
  const instance = await openBackend({ backend: name, threads: 1 }).then(
    (opened) => opened.instance,
    (error) => {
      if (error instanceof SpineXRError && error.code === "BACKEND_UNAVAILABLE") skip(error.message);
      throw error;
    },
  );
  try {
    return await use(instance);
  } finally {
    await instance.dispose();
  }
}
