/** Expecting a SpineXRError. */
import { SpineXRError } from "../../src/api/errors.ts";
import { assert } from "../shim.ts";

/** Runs `action`, which must fail with this code and a message that matches. */
export async function rejects(action: () => unknown, code: string, message = /./): Promise<void> {
  let caught: unknown;
  try {
    await action();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught !== undefined, `expected ${code}, nothing was thrown`);
  if (!(caught instanceof SpineXRError)) throw caught;
  assert.is(caught.code, code, caught.message);
  assert.match(caught.message, message);
}
